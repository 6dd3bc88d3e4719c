;; Finds the end of a JSON object or array, 64 bytes at a time, without a branch for each byte: each quoted or escaped byte
;; and each bracket becomes a bit in a 64-bit word. assemble-scan.ts makes scan-nested.generated.ts from this file.
;; The algebra of escapes and quotes is that of Langdale and Lemire, "Parsing Gigabytes of JSON per Second" (2019).
(module
  ;; The first 64 KiB are the window that is scanned; the 64 bytes after its end are zero. Three numbers at 66048 are the
  ;; state with which the next window goes on when the end is not in this one: the depth, 1 inside a string, 1 when the next
  ;; byte is escaped.
  (memory (export "memory") 2)

  ;; Returns a word whose bit n is set when byte n of the 64 is this byte.
  (func $find (param $a v128) (param $b v128) (param $c v128) (param $d v128) (param $byte v128) (result i64)
    (i64.or
      (i64.or
        (i64.extend_i32_u (i8x16.bitmask (i8x16.eq (local.get $a) (local.get $byte))))
        (i64.shl
          (i64.extend_i32_u (i8x16.bitmask (i8x16.eq (local.get $b) (local.get $byte))))
          (i64.const 16)))
      (i64.or
        (i64.shl
          (i64.extend_i32_u (i8x16.bitmask (i8x16.eq (local.get $c) (local.get $byte))))
          (i64.const 32))
        (i64.shl
          (i64.extend_i32_u (i8x16.bitmask (i8x16.eq (local.get $d) (local.get $byte))))
          (i64.const 48)))))

  ;; Scans from `at` to `end`, in the state that the window before left (all 0 at the opening bracket). Returns the index
  ;; after the closing bracket, or -1.
  (func (export "scan")
    (param $at i32) (param $end i32) (param $level i32) (param $string i32) (param $escape i32) (result i32)
    (local $a v128) (local $b v128) (local $c v128) (local $d v128)
    (local $slashes i64) (local $skip i64) (local $starts i64) (local $strings i64) (local $outside i64)
    (local $opening i64) (local $closing i64) (local $brackets i64) (local $bit i64) (local $closings i32)

    (local.set $skip (i64.extend_i32_u (local.get $escape)))
    (local.set $strings (i64.sub (i64.const 0) (i64.extend_i32_u (local.get $string))))

    (loop $block
      (local.set $a (v128.load offset=0 (local.get $at)))
      (local.set $b (v128.load offset=16 (local.get $at)))
      (local.set $c (v128.load offset=32 (local.get $at)))
      (local.set $d (v128.load offset=48 (local.get $at)))

      ;; $skip marks the escaped bytes; on entry it has only the bit of the first one. A run of backslashes escapes every
      ;; second byte from its start on: the subtraction carries through the run, and the pattern of odd bits tells the two
      ;; kinds apart.
      (local.set $slashes
        (call $find (local.get $a) (local.get $b) (local.get $c) (local.get $d) (i8x16.splat (i32.const 0x5c))))
      (if (i64.ne (local.get $slashes) (i64.const 0))
        (then
          (local.set $slashes (i64.and (local.get $slashes) (i64.xor (local.get $skip) (i64.const -1))))
          (local.set $starts
            (i64.xor
              (i64.sub
                (i64.or (i64.shl (local.get $slashes) (i64.const 1)) (i64.const 0xaaaaaaaaaaaaaaaa))
                (local.get $slashes))
              (i64.const 0xaaaaaaaaaaaaaaaa)))
          (local.set $skip (i64.xor (local.get $starts) (i64.or (local.get $slashes) (local.get $skip))))
          (local.set $slashes (i64.and (local.get $starts) (local.get $slashes)))))

      ;; $strings marks the bytes from an opening quote up to before its closing one. Each bit is the parity of the quotes
      ;; up to it; on entry all bits are set when the block before ended inside a string.
      (local.set $outside
        (i64.and
          (call $find (local.get $a) (local.get $b) (local.get $c) (local.get $d) (i8x16.splat (i32.const 0x22)))
          (i64.xor (local.get $skip) (i64.const -1))))
      (local.set $outside (i64.xor (local.get $outside) (i64.shl (local.get $outside) (i64.const 1))))
      (local.set $outside (i64.xor (local.get $outside) (i64.shl (local.get $outside) (i64.const 2))))
      (local.set $outside (i64.xor (local.get $outside) (i64.shl (local.get $outside) (i64.const 4))))
      (local.set $outside (i64.xor (local.get $outside) (i64.shl (local.get $outside) (i64.const 8))))
      (local.set $outside (i64.xor (local.get $outside) (i64.shl (local.get $outside) (i64.const 16))))
      (local.set $outside (i64.xor (local.get $outside) (i64.shl (local.get $outside) (i64.const 32))))
      (local.set $strings (i64.xor (local.get $outside) (local.get $strings)))
      (local.set $outside (i64.xor (local.get $strings) (i64.const -1)))

      ;; The brackets of each pair differ in one bit, which is set here: `[` becomes `{`, and `]` becomes `}`.
      (local.set $a (v128.or (local.get $a) (i8x16.splat (i32.const 0x20))))
      (local.set $b (v128.or (local.get $b) (i8x16.splat (i32.const 0x20))))
      (local.set $c (v128.or (local.get $c) (i8x16.splat (i32.const 0x20))))
      (local.set $d (v128.or (local.get $d) (i8x16.splat (i32.const 0x20))))
      (local.set $opening
        (i64.and (local.get $outside)
          (call $find (local.get $a) (local.get $b) (local.get $c) (local.get $d) (i8x16.splat (i32.const 0x7b)))))
      (local.set $closing
        (i64.and (local.get $outside)
          (call $find (local.get $a) (local.get $b) (local.get $c) (local.get $d) (i8x16.splat (i32.const 0x7d)))))
      (local.set $closings (i32.wrap_i64 (i64.popcnt (local.get $closing))))

      (if (i32.gt_u (local.get $level) (local.get $closings))
        (then
          ;; The end cannot be in this block, whatever the order of its brackets.
          (local.set $level
            (i32.sub
              (i32.add (local.get $level) (i32.wrap_i64 (i64.popcnt (local.get $opening))))
              (local.get $closings))))
        (else
          (local.set $brackets (i64.or (local.get $opening) (local.get $closing)))
          (block $none
            (loop $bracket
              (br_if $none (i64.eqz (local.get $brackets)))
              (local.set $bit (i64.and (local.get $brackets) (i64.sub (i64.const 0) (local.get $brackets))))
              (if (i64.eqz (i64.and (local.get $closing) (local.get $bit)))
                (then (local.set $level (i32.add (local.get $level) (i32.const 1))))
                (else
                  (local.set $level (i32.sub (local.get $level) (i32.const 1)))
                  (if (i32.eqz (local.get $level))
                    (then
                      (return
                        (i32.add
                          (i32.add (local.get $at) (i32.wrap_i64 (i64.ctz (local.get $bit))))
                          (i32.const 1)))))))
              (local.set $brackets (i64.xor (local.get $brackets) (local.get $bit)))
              (br $bracket)))))

      (local.set $at (i32.add (local.get $at) (i32.const 64)))
      (if (i32.lt_u (local.get $at) (local.get $end))
        (then
          ;; The next block needs to know whether its first byte is escaped and whether it begins inside a string.
          (local.set $skip (i64.shr_u (local.get $slashes) (i64.const 63)))
          (local.set $strings (i64.shr_s (local.get $strings) (i64.const 63)))
          (br $block))))

    ;; The window may end inside the block: the next window begins with the state of the byte after its end.
    (i32.store offset=8 (i32.const 66048)
      (if (result i32) (i32.eq (local.get $at) (local.get $end))
        (then (i32.wrap_i64 (i64.shr_u (local.get $slashes) (i64.const 63))))
        (else
          (i32.wrap_i64
            (i64.and
              (i64.shr_u
                (local.get $skip)
                (i64.extend_i32_u (i32.sub (i32.add (local.get $end) (i32.const 64)) (local.get $at))))
              (i64.const 1))))))
    (i32.store offset=4 (i32.const 66048) (i32.wrap_i64 (i64.shr_u (local.get $strings) (i64.const 63))))
    (i32.store offset=0 (i32.const 66048) (local.get $level))
    (i32.const -1))
)
