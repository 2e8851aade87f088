package sqlstore_test

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"os"
	"os/exec"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/estray/estray/inventory"
	"github.com/estray/estray/inventory/store"
	"github.com/estray/estray/inventory/store/sqlstore"
)

// childTask names what a copy of the test binary does instead of testing:
// some promises are about the death of a process, or its lack of rights.
const childTask = "ESTRAY_TEST_CHILD"

func TestMain(m *testing.M) {
	task, url, _ := strings.Cut(os.Getenv(childTask), " ")
	var err error
	switch task {
	case "":
		os.Exit(m.Run())
	case "hold":
		err = childHold(url)
	case "append":
		err = childAppend(url)
	case "nobody":
		err = childNobody(url)
	default:
		err = fmt.Errorf("unknown task %q", task)
	}
	if err != nil {
		fmt.Println(err)
		os.Exit(1)
	}
}

// startChild runs a copy of the test binary and waits for its first line.
func startChild(t *testing.T, task, url string) (*exec.Cmd, string) {
	t.Helper()
	binary, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	c := exec.Command(binary)
	c.Env = append(os.Environ(), childTask+"="+task+" "+url)
	if _, err := c.StdinPipe(); err != nil { // ends with this process
		t.Fatal(err)
	}
	out, err := c.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := c.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { c.Process.Kill(); c.Wait() })
	line, err := bufio.NewReader(out).ReadString('\n')
	if err != nil {
		t.Fatalf("child %s: %v", task, err)
	}
	return c, strings.TrimSpace(line)
}

func kill(c *exec.Cmd) {
	c.Process.Signal(syscall.SIGKILL)
	c.Wait()
}

// childHold begins a run and dies with it.
func childHold(url string) error {
	s, err := sqlstore.Open(context.Background(), url, sqlstore.Options{})
	if err != nil {
		return err
	}
	_, _, err = s.Begin(context.Background(), store.Run{ID: "run", Holder: fmt.Sprint("process ", os.Getpid())}, 0)
	if err != nil {
		return err
	}
	fmt.Println("held")
	_, err = io.Copy(io.Discard, os.Stdin)
	return err
}

// crashBatch holds 40 assets, 40 events and 40 usages, and the coverage that
// counts them.
func crashBatch(n int) store.Batch {
	b := store.Batch{Run: "run"}
	for i := range 40 {
		b.Facts = append(b.Facts, benchAsset(n*40+i, 0), benchEvent(n*40+i), benchUsage(n*40+i))
	}
	cell := inventory.Cell{Source: fmt.Sprintf("batch-%06d", n), Capability: inventory.CapEvents}
	b.Facts = append(b.Facts, inventory.Coverage{Cell: cell, State: inventory.Complete, Seen: 40, Read: benchDay(0)})
	return b
}

// childAppend appends batch after batch until it is killed.
func childAppend(url string) error {
	s, err := sqlstore.Open(context.Background(), url, sqlstore.Options{})
	if err != nil {
		return err
	}
	begun, _, err := s.Begin(context.Background(), store.Run{ID: "run", Now: benchDay(0), Started: benchDay(0)}, time.Minute)
	if err != nil {
		return err
	}
	v, err := s.View(context.Background(), benchDay(0))
	if err != nil {
		return err
	}
	fmt.Println(begun.ID)
	for n := len(v.Coverage); ; n++ {
		if err := s.Append(context.Background(), crashBatch(n)); err != nil {
			return err
		}
	}
}

// childNobody opens a store with the rights of nobody: root may write what is
// read-only. It prints the error.
func childNobody(url string) error {
	if err := syscall.Setuid(65534); err != nil {
		return err
	}
	readOnly := strings.HasPrefix(url, "ro ")
	s, err := sqlstore.Open(context.Background(), strings.TrimPrefix(url, "ro "), sqlstore.Options{ReadOnly: readOnly})
	if err != nil {
		return err
	}
	v, err := s.View(context.Background(), benchDay(0))
	if err != nil {
		return err
	}
	fmt.Println(len(v.Coverage), "cells")
	return s.Close()
}
