package session

import (
	"github.com/estray/estray/inventory"
	"github.com/estray/estray/providers/tally"
)

// Tally keeps the count of one cell.
type Tally = tally.Tally

// NewTally begins the count of a cell that is read by calls to AWS.
func NewTally(cell inventory.Cell) *Tally { return tally.New(cell, Explain) }
