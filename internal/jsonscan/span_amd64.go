//go:build amd64 && !purego

package jsonscan

import "golang.org/x/sys/cpu"

// vector reports whether the processor has what the assembly uses.
func vector() bool {
	return cpu.X86.HasAVX2 && cpu.X86.HasPCLMULQDQ && cpu.X86.HasPOPCNT && cpu.X86.HasBMI1
}

// passAVX2 goes over up to so many blocks of text, writes their marks, and
// returns over how many it went: it stops before a block that holds a backslash,
// in which the span may end, or in which it may get too deep. It reads one byte
// beyond the blocks.
//
//go:noescape
func passAVX2(text *byte, blocks int, s *state, marks *mark) int

// classifyAVX2 classifies 64 bytes. It reads one byte more.
//
//go:noescape
func classifyAVX2(text *byte, pairs *[4]byte, m *masks)

// pass goes over blocks in which nothing happens, and returns over how many.
func (s *Span) pass(text []byte) int {
	if !vector() {
		return 0
	}
	return passAVX2(&text[0], min(len(text)/block, len(s.marks)-s.blocks), &s.state, &s.marks[s.blocks])
}

func classify(text []byte, pairs [4]byte, m *masks) {
	if !vector() {
		classifyBytes(text, pairs, m)
		return
	}
	classifyAVX2(&text[0], &pairs, m)
}
