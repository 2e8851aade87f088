package trailgen

import (
	"fmt"
	"time"
)

// Config says what to write. Default gives one as in life; fields that must be
// positive are told by validate's error.
type Config struct {
	// Seed: another one gives other records.
	Seed uint64
	// Objects is how many are written.
	Objects int
	// ObjectBytes is the mean size of an object, inflated.
	ObjectBytes int
	// Spread is the standard deviation of the logarithm of the sizes, which are
	// log-normal around the mean; 0: all objects are of one size.
	Spread float64
	// Accounts, Regions and Days are what the objects lie in, in turn.
	Accounts, Regions, Days int
	// Roles and Functions are of each account.
	Roles, Functions int
	// LambdaShare is the share of records of Lambda's own API.
	LambdaShare float64
	// Lines: an object is one record a line, and no document with Records.
	Lines bool
	// First is the day of the first delivery; zero: 1 February 2026.
	First time.Time
}

// Default is a trail as a busy organization has it, in that many objects of that
// mean size, inflated.
func Default(objects, objectBytes int) Config {
	return Config{
		Seed: 1, Objects: objects, ObjectBytes: objectBytes, Spread: 0.6, Accounts: 4, Regions: 2, Days: 10,
		Roles: 40, Functions: 60, LambdaShare: 0.02,
	}
}

func (c Config) validate() error {
	for _, need := range []struct {
		name  string
		value int
		most  int
	}{
		{"Objects", c.Objects, 10_000_000}, {"ObjectBytes", c.ObjectBytes, 4 << 30}, {"Accounts", c.Accounts, 10_000},
		{"Regions", c.Regions, len(regions())}, {"Days", c.Days, 3650}, {"Roles", c.Roles, 10_000}, {"Functions", c.Functions, 100_000},
	} {
		if need.value < 1 || need.value > need.most {
			return fmt.Errorf("generate a trail: %s is %d; give 1 to %d", need.name, need.value, need.most)
		}
	}
	if c.LambdaShare < 0 || c.LambdaShare > 1 || c.Spread < 0 || c.Spread > 3 {
		return fmt.Errorf("generate a trail: LambdaShare is %g, of 0 to 1, and Spread %g, of 0 to 3", c.LambdaShare, c.Spread)
	}
	return nil
}

func (c Config) first() time.Time {
	if c.First.IsZero() {
		return time.Date(2026, 2, 1, 0, 0, 0, 0, time.UTC)
	}
	return c.First.UTC().Truncate(24 * time.Hour)
}

func regions() []string {
	return []string{"eu-west-1", "us-east-1", "eu-central-1", "us-west-2", "ap-southeast-2", "eu-north-1", "ap-northeast-1", "sa-east-1"}
}
