#!/usr/bin/env python3
"""Runs programs of Linux for tests under Wine: the other half of `tool.c`.

Prints the port that it listens to. The arguments name the programs:
`gcc=x86_64-w64-mingw32-gcc`. The drives are those of `WINEPREFIX`.
"""
import os
import socket
import struct
import subprocess
import sys
import threading

PROGRAMS = dict(argument.split("=", 1) for argument in sys.argv[1:])
# Those of Wine's environment that mean something here.
PASSED = ("CARGO_", "RUST", "PLUGIN_", "HOT_")


DRIVES = {"Z:\\": "/", "C:\\": os.environ["WINEPREFIX"] + "/drive_c/"}


def local(text, directory="/"):
    """A path of Windows becomes one of Linux; other texts stay."""
    relative = text.replace("\\", "/")
    if os.path.lexists(os.path.join(directory, relative)):
        return relative
    path = text.replace("\\\\?\\", "")
    for drive, root in DRIVES.items():
        path = path.replace(drive, root)
    return path.replace("\\", "/") if path != text or text.startswith("/") else text


class Reader:
    def __init__(self, connection):
        self.file = connection.makefile("rb")

    def text(self):
        out = bytearray()
        while (byte := self.file.read(1)) != b"\0":
            if not byte:
                raise EOFError
            out += byte
        return out.decode()

    def until_empty(self):
        while text := self.text():
            yield text


def serve(connection):
    reader, lock = Reader(connection), threading.Lock()
    name = reader.text().replace("\\", "/").rsplit("/", 1)[-1].removesuffix(".exe")
    directory = local(reader.text())
    variables = dict(line.split("=", 1) for line in reader.until_empty())
    arguments = [local(reader.text(), directory) for _ in reader.until_empty()]
    environment = dict(os.environ)
    environment.update({k: v for k, v in variables.items() if k.startswith(PASSED)})
    if name == "make":
        environment["CC"] = PROGRAMS["gcc"]
    if "CARGO_TARGET_DIR" in environment:
        environment["CARGO_TARGET_DIR"] = local(environment["CARGO_TARGET_DIR"])

    def send(where, number, data=b""):
        with lock:
            connection.sendall(struct.pack("<II", where, number) + data)

    def copy(pipe, where):
        while data := os.read(pipe.fileno(), 1 << 16):
            send(where, len(data), data)

    child = subprocess.Popen(
        [PROGRAMS.get(name, name), *arguments], cwd=directory, env=environment,
        stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    threads = [threading.Thread(target=copy, args=(pipe, where))
               for pipe, where in ((child.stdout, 1), (child.stderr, 2))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    send(0, child.wait() & 0xFFFFFFFF)
    connection.close()


listener = socket.create_server(("127.0.0.1", 0))
print(listener.getsockname()[1], flush=True)
while True:
    threading.Thread(target=serve, args=(listener.accept()[0],), daemon=True).start()
