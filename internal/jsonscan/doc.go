// Package jsonscan follows JSON text without building values: it finds where an
// object or an array ends, and what some of its members hold, at several bytes
// a nanosecond.
//
// # How
//
// Text is looked at in blocks of 64 bytes. Of each block the places of quotes,
// backslashes and brackets become words of 64 bits, from which the parity of
// quotes tells what lies in strings, and the numbers of brackets tell how deep
// the text is: the first stage of simdjson (Langdale and Lemire, Parsing
// Gigabytes of JSON per Second, 2019). Nothing more is kept. On amd64 with
// AVX2 a loop in assembly passes over the blocks in which nothing can end;
// elsewhere, and in the others, the same is done in Go. The tests hold both
// against each other and against encoding/json.
//
// # What it does not do
//
// It checks no more of the grammar than it needs: of text that is no JSON it
// says something, and never reads beyond it, but what it says means nothing.
// Whoever needs to know must parse.
package jsonscan
