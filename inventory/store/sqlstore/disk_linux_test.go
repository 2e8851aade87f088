package sqlstore_test

import (
	"path/filepath"
	"syscall"
	"testing"

	"github.com/estray/estray/internal/testparts"
	"github.com/estray/estray/inventory/store"
)

// TestSmallDiskKeepsWhatWasStored fills a real file system of 3 MB.
func TestSmallDiskKeepsWhatWasStored(t *testing.T) {
	testparts.Heavy(t, "a small tmpfs")
	dir := t.TempDir()
	if err := syscall.Mount("tmpfs", dir, "tmpfs", 0, "size=3m"); err != nil {
		t.Skipf("a file system cannot be mounted here: %v", err)
	}
	t.Cleanup(func() {
		if err := syscall.Unmount(dir, syscall.MNT_DETACH); err != nil {
			t.Errorf("unmount: %v", err)
		}
	})
	url := "sqlite:" + filepath.Join(dir, "estray.db")
	s, err := openStore(t, url)
	if err != nil {
		t.Fatal(err)
	}
	whole := 0
	for ; whole < 1000; whole++ {
		if err = s.Append(t.Context(), crashBatch(whole)); err != nil {
			break
		}
	}
	wantError(t, err, "append to store "+url, "free some space")
	got := dump(t, s, benchDay(99))
	if err := s.Close(); err != nil {
		t.Logf("close: %v", err) // it may lack the space to tidy up
	}
	undisturbed := openAt(t, fileURL(t))
	for n := range whole {
		if err := undisturbed.Append(t.Context(), crashBatch(n)); err != nil {
			t.Fatal(err)
		}
	}
	if whole == 0 || dump(t, undisturbed, benchDay(99)) != got {
		t.Errorf("after %d batches the store is not what it was before the disk was full", whole)
	}
	if err := syscall.Mount("tmpfs", dir, "tmpfs", syscall.MS_REMOUNT, "size=100m"); err != nil {
		t.Fatal(err)
	}
	again := openAt(t, url)
	for _, b := range []store.Batch{crashBatch(whole), crashBatch(whole + 1)} {
		if err := again.Append(t.Context(), b); err != nil {
			t.Errorf("after space was made: %v", err)
		}
	}
}
