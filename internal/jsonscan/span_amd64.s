//go:build amd64 && !purego

#include "textflag.h"

// state: inString 0, depth 8, limit 16, offset 24, found 32, pairs 40, hits 48.
// The number of hits that are kept is mostHits.
#define mostHits 64

// CONSTANTS fills the registers that do not change:
// Y15 quote, Y14 backslash, Y13 0x20, Y12 '{', Y11 '}', Y10 Y9 Y8 Y7 the pairs.
// '[' and ']' differ from '{' and '}' in the bit 0x20 alone, and no other byte
// becomes one of these by it.
#define BROADCAST(value, x, y) \
	MOVL         value, AX  \
	VMOVD        AX, x      \
	VPBROADCASTB x, y

#define CONSTANTS(pairs) \
	BROADCAST($0x22, X15, Y15) \
	BROADCAST($0x5C, X14, Y14) \
	BROADCAST($0x20, X13, Y13) \
	BROADCAST($0x7B, X12, Y12) \
	BROADCAST($0x7D, X11, Y11) \
	VPBROADCASTB 0(pairs), Y10 \
	VPBROADCASTB 1(pairs), Y9  \
	VPBROADCASTB 2(pairs), Y8  \
	VPBROADCASTB 3(pairs), Y7

// PLACES sets reg to the places in Y0 and Y1 that are equal to the bytes of
// what. It uses Y4, Y5 and BX.
#define PLACES(what, low, high, reg) \
	VPCMPEQB  what, low, Y4  \
	VPCMPEQB  what, high, Y5 \
	VPMOVMSKB Y4, reg        \
	VPMOVMSKB Y5, BX         \
	SHLQ      $32, BX        \
	ORQ       BX, reg

// PAIRS sets Y4 and Y5 to the places of the pairs. It uses Y2 and Y3.
#define PAIRS(at) \
	VPCMPEQB 1(at), Y9, Y2  \
	VPCMPEQB Y10, Y0, Y4    \
	VPAND    Y2, Y4, Y4     \
	VPCMPEQB 1(at), Y7, Y2  \
	VPCMPEQB Y8, Y0, Y3     \
	VPAND    Y2, Y3, Y3     \
	VPOR     Y3, Y4, Y4     \
	VPCMPEQB 33(at), Y9, Y2 \
	VPCMPEQB Y10, Y1, Y5    \
	VPAND    Y2, Y5, Y5     \
	VPCMPEQB 33(at), Y7, Y2 \
	VPCMPEQB Y8, Y1, Y3     \
	VPAND    Y2, Y3, Y3     \
	VPOR     Y3, Y5, Y5

// func passAVX2(text *byte, blocks int, s *state, marks *mark) int
TEXT ·passAVX2(SB), NOSPLIT, $8-40
	MOVQ s+16(FP), DI
	LEAQ 40(DI), DX
	CONSTANTS(DX)
	MOVQ text+0(FP), SI
	MOVQ blocks+8(FP), R14
	XORQ R15, R15       // blocks passed
	MOVQ 0(DI), R8      // inString
	MOVQ 8(DI), R9      // depth
	VPCMPEQB X6, X6, X6 // all ones, for the parity

loop:
	CMPQ R15, R14
	JGE  done
	VMOVDQU (SI), Y0
	VMOVDQU 32(SI), Y1

	VPCMPEQB Y14, Y0, Y4
	VPCMPEQB Y14, Y1, Y5
	VPOR     Y4, Y5, Y4
	VPTEST   Y4, Y4
	JNZ      done

	// AX: what lies in strings.
	PLACES(Y15, Y0, Y1, AX)
	MOVQ       AX, quote-8(SP)
	VMOVQ      AX, X4
	VPCLMULQDQ $0, X6, X4, X4
	VMOVQ      X4, AX
	XORQ       R8, AX

	// CX, DX: brackets outside of strings; R10, R11: how many.
	VPOR Y13, Y0, Y2
	VPOR Y13, Y1, Y3
	PLACES(Y12, Y2, Y3, CX)
	PLACES(Y11, Y2, Y3, DX)
	ANDNQ CX, AX, CX
	ANDNQ DX, AX, DX
	POPCNTQ CX, R10
	POPCNTQ DX, R11

	MOVQ R9, R12
	SUBQ R11, R12
	JLE  done // may end here
	LEAQ (R9)(R10*1), R13
	CMPQ R13, 16(DI)
	JGT  done // may get too deep

	MOVQ quote-8(SP), R13
	MOVQ marks+24(FP), BX
	LEAQ (R15)(R15*2), R11
	MOVQ R13, 0(BX)(R11*8)
	MOVQ CX, 8(BX)(R11*8)
	MOVQ DX, 16(BX)(R11*8)

	PAIRS(SI)
	VPOR   Y4, Y5, Y2
	VPTEST Y2, Y2
	JNZ    pairs

next:
	ADDQ R10, R12
	MOVQ R12, R9
	SARQ $63, AX
	MOVQ AX, R8
	ADDQ $64, SI
	INCQ R15
	JMP  loop

pairs:
	// R11: places of pairs in strings.
	VPMOVMSKB Y4, R11
	VPMOVMSKB Y5, BX
	SHLQ      $32, BX
	ORQ       BX, R11
	ANDQ      AX, R11
	JZ        next

pair:
	// BX: the places below the lowest one.
	LEAQ    -1(R11), BX
	MOVQ    BX, R13
	XORQ    R11, BX
	SHRQ    $1, BX
	ANDQ    R13, R11         // without the lowest, and flags are kept until below
	MOVQ    CX, R13
	ANDQ    BX, R13
	POPCNTQ R13, R13
	ADDQ    R9, R13
	POPCNTQ BX, R10          // its place
	ANDQ    DX, BX
	POPCNTQ BX, BX
	SUBQ    BX, R13
	CMPQ    R13, $1
	JNE     other
	MOVQ    32(DI), R13
	CMPQ    R13, $mostHits
	JGE     full
	MOVQ    R15, BX
	SHLQ    $6, BX
	ADDQ    BX, R10
	ADDQ    24(DI), R10
	MOVL    R10, 48(DI)(R13*4)

full:
	INCQ R13
	MOVQ R13, 32(DI)

other:
	TESTQ R11, R11
	JNZ   pair
	POPCNTQ CX, R10
	JMP   next

done:
	MOVQ R8, 0(DI)
	MOVQ R9, 8(DI)
	MOVQ R15, AX
	SHLQ $6, AX
	ADDQ AX, 24(DI)
	MOVQ R15, ret+32(FP)
	VZEROUPPER
	RET

// func classifyAVX2(text *byte, pairs *[4]byte, m *masks)
TEXT ·classifyAVX2(SB), NOSPLIT, $0-24
	MOVQ pairs+8(FP), DX
	CONSTANTS(DX)
	MOVQ text+0(FP), SI
	MOVQ m+16(FP), DI
	VMOVDQU (SI), Y0
	VMOVDQU 32(SI), Y1
	PLACES(Y15, Y0, Y1, AX)
	MOVQ AX, 0(DI)
	PLACES(Y14, Y0, Y1, AX)
	MOVQ AX, 8(DI)
	PAIRS(SI)
	VPMOVMSKB Y4, AX
	VPMOVMSKB Y5, BX
	SHLQ      $32, BX
	ORQ       BX, AX
	MOVQ AX, 32(DI)
	VPOR Y13, Y0, Y2
	VPOR Y13, Y1, Y3
	PLACES(Y12, Y2, Y3, AX)
	MOVQ AX, 16(DI)
	PLACES(Y11, Y2, Y3, AX)
	MOVQ AX, 24(DI)
	VZEROUPPER
	RET
