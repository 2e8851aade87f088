// Package output is where bytes go: standard output, files, folders. A file
// is written beside its place and renamed when it is whole, so that nothing is
// ever left half-written. It decides nothing about content.
package output
