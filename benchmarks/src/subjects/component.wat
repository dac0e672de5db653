;; What each placement is asked for, as a component.
(component
  (import "answer" (func $answer (param "question" u64) (result u64)))
  (core func $lowered (canon lower (func $answer)))

  (core module $module
    (import "host" "answer" (func $answer (param i64) (result i64)))
    (memory (export "memory") 8)
    (data (i32.const 16) "Hello, ")
    (global $next (mut i64) (i64.const 0))
    (global $end (mut i64) (i64.const 0))

    ;; There is one text at a time.
    (func (export "realloc") (param i32 i32 i32 i32) (result i32) (i32.const 65536))

    (func (export "add") (param i64 i64) (result i64)
      (i64.add (local.get 0) (local.get 1)))

    (func (export "len") (param i32 i32) (result i32) (local.get 1))

    ;; Returns the address of the address and the length of a text.
    (func (export "greet") (param $text i32) (param $len i32) (result i32)
      (memory.copy (i32.const 64) (i32.const 16) (i32.const 7))
      (memory.copy (i32.const 71) (local.get $text) (local.get $len))
      (i32.store8 (i32.add (i32.const 71) (local.get $len)) (i32.const 33))
      (i32.store (i32.const 0) (i32.const 64))
      (i32.store (i32.const 4) (i32.add (local.get $len) (i32.const 8)))
      (i32.const 0))

    (func (export "bytes") (param $value i32) (result i32)
      (memory.fill (i32.const 196608) (local.get $value) (i32.const 65536))
      (i32.store (i32.const 0) (i32.const 196608))
      (i32.store (i32.const 4) (i32.const 65536))
      (i32.const 0))

    (func (export "ask") (param i64) (result i64)
      (i64.add (call $answer (local.get 0)) (i64.const 1)))

    (func (export "items") (param i64)
      (global.set $next (i64.const 0))
      (global.set $end (local.get 0)))

    ;; Returns the address of an option.
    (func (export "next") (result i32)
      (i32.store8 (i32.const 0) (i32.const 0))
      (if (i64.lt_u (global.get $next) (global.get $end))
        (then
          (i32.store8 (i32.const 0) (i32.const 1))
          (i64.store (i32.const 8) (global.get $next))
          (global.set $next (i64.add (global.get $next) (i64.const 1)))))
      (i32.const 0))

    (func (export "fail") unreachable)
  )

  (core instance $plugin (instantiate $module
    (with "host" (instance (export "answer" (func $lowered))))))

  (func (export "add") (param "a" u64) (param "b" u64) (result u64)
    (canon lift (core func $plugin "add")))
  (func (export "len") (param "text" string) (result u32)
    (canon lift (core func $plugin "len")
      (memory (core memory $plugin "memory")) (realloc (core func $plugin "realloc"))))
  (func (export "greet") (param "target" string) (result string)
    (canon lift (core func $plugin "greet")
      (memory (core memory $plugin "memory")) (realloc (core func $plugin "realloc"))))
  (func (export "bytes") (param "value" u8) (result (list u8))
    (canon lift (core func $plugin "bytes") (memory (core memory $plugin "memory"))))
  (func (export "ask") (param "question" u64) (result u64)
    (canon lift (core func $plugin "ask")))
  (func (export "items") (param "count" u64)
    (canon lift (core func $plugin "items")))
  (func (export "next") (result (option u64))
    (canon lift (core func $plugin "next") (memory (core memory $plugin "memory"))))
  (func (export "fail") (canon lift (core func $plugin "fail")))
)
