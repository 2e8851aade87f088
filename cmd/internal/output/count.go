package output

import "fmt"

// Count tells that of so many things some are done, such as logs verified.
func (p *Progress) Count(doing, things string, done, total int) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.bar != nil {
		p.bar.Describe(fmt.Sprintf("%s: %d of %d %s", doing, done, total, things))
		return
	}
	if p.due() {
		p.log.Info(doing, things, done, "of", total)
	}
}
