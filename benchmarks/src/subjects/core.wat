;; What each placement is asked for, as a module.
(module
  (import "host" "answer" (func $answer (param i64) (result i64)))
  (memory (export "memory") 8)
  (data (i32.const 16) "Hello, ")
  (global $next (mut i64) (i64.const 0))
  (global $end (mut i64) (i64.const 0))

  (func (export "add") (param i64 i64) (result i64)
    (i64.add (local.get 0) (local.get 1)))

  ;; Where the host writes a text.
  (func (export "place") (param i32) (result i32) (i32.const 65536))

  (func (export "len") (param i32 i32) (result i32) (local.get 1))

  ;; Returns the address of a text that is 8 bytes longer, at 64.
  (func (export "greet") (param $text i32) (param $len i32) (result i32)
    (memory.copy (i32.const 64) (i32.const 16) (i32.const 7))
    (memory.copy (i32.const 71) (local.get $text) (local.get $len))
    (i32.store8 (i32.add (i32.const 71) (local.get $len)) (i32.const 33))
    (i32.const 64))

  ;; Returns the address of 65536 bytes.
  (func (export "bytes") (param $value i32) (result i32)
    (memory.fill (i32.const 196608) (local.get $value) (i32.const 65536))
    (i32.const 196608))

  (func (export "ask") (param i64) (result i64)
    (i64.add (call $answer (local.get 0)) (i64.const 1)))

  (func (export "items") (param i64)
    (global.set $next (i64.const 0))
    (global.set $end (local.get 0)))

  ;; Returns whether there is one more, and which.
  (func (export "next") (result i32 i64)
    (if (result i32 i64) (i64.lt_u (global.get $next) (global.get $end))
      (then
        (global.set $next (i64.add (global.get $next) (i64.const 1)))
        (i32.const 1)
        (i64.sub (global.get $next) (i64.const 1)))
      (else (i32.const 0) (i64.const 0))))

  (func (export "fail") unreachable)
)
