/* A program of Linux for the tests that run under Wine, such as `cargo` and
 * `gcc`. It is called by its name, sends that, the directory, the environment and
 * the arguments to `tools.py`, and prints what comes back. */
#include <winsock2.h>
#include <windows.h>
#include <stdio.h>
#include <stdlib.h>
#include <wchar.h>

static SOCKET server;

static void fail(const char *what)
{
    fprintf(stderr, "tool: %s\n", what);
    ExitProcess(125);
}

static void send_all(const char *bytes, int length)
{
    while (length > 0) {
        int sent = send(server, bytes, length, 0);
        if (sent <= 0)
            fail("the server does not listen");
        bytes += sent;
        length -= sent;
    }
}

static void send_text(const wchar_t *text)
{
    char utf8[32768];
    int length = WideCharToMultiByte(CP_UTF8, 0, text, -1, utf8, sizeof utf8, NULL, NULL);
    if (length <= 0)
        fail("an argument is too long");
    send_all(utf8, length);
}

/* Returns 0 at the end. */
static int receive_all(char *bytes, int length)
{
    while (length > 0) {
        int received = recv(server, bytes, length, 0);
        if (received <= 0)
            return 0;
        bytes += received;
        length -= received;
    }
    return 1;
}

int wmain(int count, wchar_t **arguments)
{
    WSADATA data;
    struct sockaddr_in address = {0};
    const char *port = getenv("TOOLS_PORT");
    wchar_t directory[32768], program[32768];
    char head[8];

    if (!port || WSAStartup(0x202, &data) != 0)
        fail("TOOLS_PORT is not set");
    server = socket(AF_INET, SOCK_STREAM, 0);
    address.sin_family = AF_INET;
    address.sin_port = htons((unsigned short)atoi(port));
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    if (connect(server, (struct sockaddr *)&address, sizeof address) != 0)
        fail("the server does not listen");

    GetModuleFileNameW(NULL, program, 32768);
    send_text(program);
    GetCurrentDirectoryW(32768, directory);
    send_text(directory);
    for (wchar_t *entry = GetEnvironmentStringsW(); *entry; entry += wcslen(entry) + 1)
        if (*entry != L'=')
            send_text(entry);
    send_text(L"");
    for (int i = 1; i < count; i++) {
        /* An argument may be empty. */
        send_text(L"+");
        send_text(arguments[i]);
    }
    send_text(L"");

    /* Where it goes, 0 for the end; then a number, of bytes or the exit code. */
    while (receive_all(head, sizeof head)) {
        unsigned where = *(unsigned *)head, number = *(unsigned *)(head + 4);
        HANDLE out = GetStdHandle(where == 1 ? STD_OUTPUT_HANDLE : STD_ERROR_HANDLE);
        char *bytes;
        DWORD written;

        if (where == 0)
            return (int)number;
        bytes = malloc(number);
        if (!bytes || !receive_all(bytes, (int)number))
            break;
        for (DWORD done = 0; done < number; done += written)
            if (!WriteFile(out, bytes + done, number - done, &written, NULL))
                break;
        free(bytes);
    }
    fail("the server has gone");
    return 125;
}
