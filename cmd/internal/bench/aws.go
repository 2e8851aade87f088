package main

import (
	"bufio"
	"context"
	_ "embed"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"time"

	"github.com/estray/estray/internal/awsfake"
)

// estate is how many functions the fake of AWS answers for.
type estate struct{ accounts, functions int }

// peer reads the policies of functions by the vendor's SDK for Python: the least
// that any of the known scanners does for a function.
//
//go:embed peer.py
var peer string

// answer serves the estate until it is killed, and prints the address first. It
// runs in a process of its own, so that what it costs counts for nobody.
func answer(n estate, out io.Writer) error {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return fmt.Errorf("serve: %w", err)
	}
	fmt.Fprintln(out, "http://"+l.Addr().String())
	server := &http.Server{Handler: awsfake.New(awsfake.Large(n.accounts, n.functions)), ReadHeaderTimeout: time.Minute}
	return server.Serve(l)
}

// live lets estray and the peer read the functions of the estate from a process
// that answers as AWS, and tells what each costs.
func live(ctx context.Context, dir string, n estate, out io.Writer) error {
	fmt.Fprintf(out, "input: %d functions with URLs and policies in %d accounts, answered by a fake of AWS without rate limit\n", n.accounts*n.functions, n.accounts)
	self, err := os.Executable()
	if err != nil {
		return err
	}
	binary := filepath.Join(dir, "estray")
	if said, err := exec.CommandContext(ctx, "go", "build", "-trimpath", "-o", binary, "./cmd/estray").CombinedOutput(); err != nil {
		return fmt.Errorf("build estray: %w: %s", err, said)
	}
	fake := exec.CommandContext(ctx, self, "-serve", fmt.Sprintf("%d,%d", n.accounts, n.functions))
	pipe, err := fake.StdoutPipe()
	if err != nil {
		return err
	}
	if err := fake.Start(); err != nil {
		return err
	}
	defer func() { _ = fake.Process.Kill(); _ = fake.Wait() }() // it ends no other way
	line, err := bufio.NewReader(pipe).ReadString('\n')
	if err != nil {
		return fmt.Errorf("start the fake: %w", err)
	}
	env := append(os.Environ(), "AWS_ENDPOINT_URL="+strings.TrimSpace(line), "AWS_ACCESS_KEY_ID="+awsfake.AccessKey(awsfake.Large(1, 1).Home),
		"AWS_SECRET_ACCESS_KEY=x", "AWS_REGION=eu-west-1", "AWS_DEFAULT_REGION=eu-west-1", "AWS_EC2_METADATA_DISABLED=true", "AWS_CONFIG_FILE=/dev/null")
	ours, err := scan(ctx, dir, binary, n, env)
	if err != nil {
		return err
	}
	fmt.Fprintf(out, "estray scan, everything it reads, judged and stored: %s\n", ours)
	if n.accounts > 1 {
		return nil // the peer knows one account
	}
	theirs, err := boto3(ctx, dir, env)
	if err != nil {
		fmt.Fprintf(out, "boto3: skipped: %v\n", err)
		return nil
	}
	fmt.Fprintf(out, "boto3, GetPolicy of each function and nothing else: %s\n", theirs)
	fmt.Fprintf(out, "ratio: estray takes %.2f of its CPU and %.2f of its memory\n",
		ours.cpu.Seconds()/theirs.cpu.Seconds(), float64(ours.peak)/float64(theirs.peak))
	return nil
}

// cost is what a process took.
type cost struct {
	wall, cpu time.Duration
	peak      int64 // bytes
}

// String gives the cost for a person.
func (c cost) String() string {
	return fmt.Sprintf("%.2f s, %.2f s of CPU, %.0f MB", c.wall.Seconds(), c.cpu.Seconds(), mb(c.peak))
}

// spend runs a command and tells its cost; codes are how it may end.
func spend(cmd *exec.Cmd, codes ...int) (cost, error) {
	began := time.Now()
	said, err := cmd.CombinedOutput()
	c := cost{wall: time.Since(began)}
	var exit *exec.ExitError
	if errors.As(err, &exit) {
		for _, code := range codes {
			if exit.ExitCode() == code {
				err = nil
			}
		}
	}
	if err != nil {
		return c, fmt.Errorf("%s: %w: %.2000s", filepath.Base(cmd.Path), err, said)
	}
	c.cpu = cmd.ProcessState.UserTime() + cmd.ProcessState.SystemTime()
	if usage, ok := cmd.ProcessState.SysUsage().(*syscall.Rusage); ok {
		c.peak = usage.Maxrss << 10
	}
	return c, nil
}

// scan ends with 3 or 4: nobody owns the functions, and MicroVMs are unknown.
func scan(ctx context.Context, dir, binary string, n estate, env []string) (cost, error) {
	accounts := ""
	if n.accounts > 1 {
		accounts = ", accounts: organization, role: " + awsfake.AuditRole
	}
	config := filepath.Join(dir, "estray.yaml")
	text := "state: sqlite:estray.db\nproviders:\n  aws: {rate: 0" + accounts + "}\n"
	if err := os.WriteFile(config, []byte(text), 0o600); err != nil {
		return cost{}, err
	}
	cmd := exec.CommandContext(ctx, binary, "scan", "--config", config, "--now", "2026-11-01T06:00:00Z", "--output", "json="+filepath.Join(dir, "report.json"))
	cmd.Env = env
	return spend(cmd, 3, 4)
}

func boto3(ctx context.Context, dir string, env []string) (cost, error) {
	script := filepath.Join(dir, "peer.py")
	if err := os.WriteFile(script, []byte(peer), 0o600); err != nil {
		return cost{}, err
	}
	cmd := exec.CommandContext(ctx, "python3", script)
	cmd.Env = env
	return spend(cmd)
}
