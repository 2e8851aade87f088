package inventory

// Fact is one thing that a source read: an [Asset], an [Event], a [Usage] or
// a [Coverage]. The interface is sealed.
type Fact interface{ fact() }

var (
	_ Fact = Asset{}
	_ Fact = Event{}
	_ Fact = Usage{}
	_ Fact = Permit{}
	_ Fact = Coverage{}
)
