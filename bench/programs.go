package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"time"
)

// process is a program under measurement.
type process struct {
	cmd   *exec.Cmd
	url   string
	ready time.Duration // from its start to its first good answer
}

func launch(ctx context.Context, address, probe string, cmd *exec.Cmd) (*process, error) {
	p := &process{cmd: cmd, url: "http://" + address}
	start := time.Now()
	if err := cmd.Start(); err != nil {
		return nil, fmt.Errorf("start %s: %w", cmd.Path, err)
	}
	for time.Since(start) < 20*time.Second {
		if status, err := ask(ctx, p.url+probe); err == nil && status == http.StatusOK {
			p.ready = time.Since(start)
			return p, nil
		}
		time.Sleep(time.Millisecond)
	}
	return nil, errors.Join(errors.New("it did not start"), p.stop())
}

func ask(ctx context.Context, url string) (int, error) {
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, url, nil)
	if err != nil {
		return 0, err
	}
	res, err := client.Do(req)
	if err != nil {
		return 0, err
	}
	return res.StatusCode, res.Body.Close()
}

func (p *process) stop() error {
	if err := p.cmd.Process.Signal(syscall.SIGTERM); err != nil {
		return fmt.Errorf("stop: %w", err)
	}
	_ = p.cmd.Wait() // whatever it says, it has ended
	return nil
}

func (p *process) kill() error {
	err := p.cmd.Process.Kill()
	_ = p.cmd.Wait() // it was killed
	return err
}

// memory is what the process holds, in MB.
func (p *process) memory() float64 {
	data, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", p.cmd.Process.Pid))
	if err != nil {
		return 0
	}
	for line := range strings.Lines(string(data)) {
		if rest, ok := strings.CutPrefix(line, "RssAnon:"); ok {
			kb, _ := strconv.ParseFloat(strings.Fields(rest)[0], 64)
			return kb / 1000
		}
	}
	return 0
}

// cpu is what the process has used, in seconds.
func (p *process) cpu() float64 {
	data, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", p.cmd.Process.Pid))
	if err != nil {
		return 0
	}
	fields := strings.Fields(string(data[bytes.LastIndexByte(data, ')')+1:]))
	user, _ := strconv.ParseFloat(fields[11], 64)
	system, _ := strconv.ParseFloat(fields[12], 64)
	return (user + system) / 100
}

// gancho is a running engine on a fresh folder.
type gancho struct {
	*process
	bench *bench
	data  string
}

const token = "a-token-for-the-bench-of-enough-length"

func (b *bench) gancho(name string) (*gancho, error) {
	data, err := os.MkdirTemp(b.dir, name+"-")
	if err != nil {
		return nil, fmt.Errorf("make a folder: %w", err)
	}
	return b.again(data)
}

func (b *bench) again(data string) (*gancho, error) {
	address, err := free(b.ctx)
	if err != nil {
		return nil, err
	}
	cmd := exec.CommandContext(b.ctx, b.binary, "serve", "--data", data, "--listen", address, "--log-level", "error")
	cmd.Env = append(os.Environ(), "GANCHO_API_TOKEN="+token, "GANCHO_ALLOW_NET=127.0.0.1")
	cmd.Stderr = os.Stderr
	p, err := launch(b.ctx, address, "/readyz", cmd)
	if err != nil {
		return nil, err
	}
	return &gancho{process: p, bench: b, data: data}, nil
}

func free(ctx context.Context) (string, error) {
	l, err := new(net.ListenConfig).Listen(ctx, "tcp", "127.0.0.1:0")
	if err != nil {
		return "", fmt.Errorf("find a port: %w", err)
	}
	defer l.Close()
	return l.Addr().String(), nil
}

func (g *gancho) call(method, path string, body, into any) error {
	var r io.Reader
	if text, ok := body.(string); ok {
		r = strings.NewReader(text)
	}
	req, err := http.NewRequestWithContext(g.bench.ctx, method, g.url+"/api/v1"+path, r)
	if err != nil {
		return err
	}
	req.Header.Set("Authorization", "Bearer "+token)
	req.Header.Set("Content-Type", "application/json")
	res, err := client.Do(req)
	if err != nil {
		return fmt.Errorf("%s %s: %w", method, path, err)
	}
	defer res.Body.Close()
	data, err := io.ReadAll(res.Body)
	if err != nil || res.StatusCode >= 300 {
		return fmt.Errorf("%s %s: %d %s %w", method, path, res.StatusCode, data, err)
	}
	if into == nil {
		return nil
	}
	return json.Unmarshal(data, into)
}

// flow publishes a flow and gives its trigger URL.
func (g *gancho) flow(document string) (string, error) {
	var f struct{ ID string }
	var view struct{ URL string }
	err := json.Unmarshal([]byte(document), &f)
	if err == nil {
		err = g.call(http.MethodPost, "/flows", document, nil)
	}
	if err == nil {
		err = g.call(http.MethodPost, "/flows/"+f.ID+"/publish", nil, &view)
	}
	return strings.Replace(view.URL, "http://127.0.0.1:0", g.url, 1), err
}

// settled waits until every run has ended.
func (g *gancho) settled() error {
	for range 600 {
		var l struct{ Pending, Waiting int64 }
		if err := g.call(http.MethodGet, "/ledger", nil, &l); err != nil {
			return err
		}
		if l.Pending+l.Waiting == 0 {
			return nil
		}
		time.Sleep(100 * time.Millisecond)
	}
	return errors.New("runs do not end")
}

// archived waits until full blocks have left live state: the archive works every five seconds,
// and does not grow any more.
func (g *gancho) archived() error {
	last, still := int64(-1), 0
	for range 600 {
		size, err := folder(filepath.Join(g.data, "archive"))
		if err != nil && !errors.Is(err, fs.ErrNotExist) {
			return err
		}
		if still++; size != last {
			last, still = size, 0
		}
		if still == 12 && last > 0 {
			return nil
		}
		time.Sleep(time.Second)
	}
	return errors.New("the archive does not come to an end")
}

// rested waits until the journal and live.db have given back their room, which they do once
// nothing is written for some seconds, and gives the size of the folder.
func (g *gancho) rested() (int64, error) {
	last, still := int64(-1), 0
	for range 240 {
		journal, err := folder(filepath.Join(g.data, "journal"))
		if err != nil {
			return 0, err
		}
		size, err := folder(g.data)
		if err != nil {
			return 0, err
		}
		if still++; size != last || journal > 2<<20 {
			last, still = size, 0
		}
		if still == 6 {
			return size, nil
		}
		time.Sleep(500 * time.Millisecond)
	}
	return 0, errors.New("the folder keeps its room")
}

// compact rewrites the files of the stopped folder, as an operator does.
func (g *gancho) compact() error {
	out, err := exec.CommandContext(g.bench.ctx, g.bench.binary, "db", "compact", "--data", g.data).CombinedOutput()
	if err != nil {
		return fmt.Errorf("compact: %w: %s", err, out)
	}
	return nil
}

// pageTime is the slowest page, on a fresh start.
func (g *gancho) pageTime() (float64, error) {
	again, err := g.bench.again(g.data)
	if err != nil {
		return 0, err
	}
	defer again.stop()
	return again.pages()
}

// pages is the time of the slowest of the newest pages, and of one far down.
func (g *gancho) pages() (float64, error) {
	worst, cursor := time.Duration(0), ""
	for range 30 {
		var page struct{ Next *string }
		start := time.Now()
		if err := g.call(http.MethodGet, "/runs?limit=200&cursor="+cursor, nil, &page); err != nil {
			return 0, err
		}
		worst = max(worst, time.Since(start))
		if page.Next == nil {
			break
		}
		cursor = *page.Next
	}
	start := time.Now()
	if err := g.call(http.MethodGet, "/runs?limit=200&cursor=300", nil, nil); err != nil {
		return 0, err
	}
	return float64(max(worst, time.Since(start)).Microseconds()) / 1000, nil
}

func folder(dir string) (int64, error) {
	var total int64
	err := filepath.WalkDir(dir, func(_ string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() {
			return err
		}
		info, err := entry.Info()
		if err == nil {
			if s, ok := info.Sys().(*syscall.Stat_t); ok {
				total += s.Blocks * 512
			}
		}
		return err
	})
	return total, err
}

// withPeer measures the rate of a peer that this program plays itself, in a process of its
// own, and its CPU time a request in ms.
func (b *bench) withPeer(kind string, args []string, f func(url string) float64) (rate, cpu float64, err error) {
	self, err := os.Executable()
	if err != nil {
		return 0, 0, err
	}
	address, err := free(b.ctx)
	if err != nil {
		return 0, 0, err
	}
	cmd := exec.CommandContext(b.ctx, self, append([]string{"peer", kind, address}, args...)...)
	cmd.Stderr = os.Stderr
	p, err := launch(b.ctx, address, "/ready", cmd)
	if err != nil {
		return 0, 0, err
	}
	before := p.cpu()
	rate = f(p.url + "/h/x")
	cpu = (p.cpu() - before) * 1000 / (rate * b.seconds.Seconds())
	return rate, cpu, p.stop()
}

// fdatasync is the median time of one of 4 KB, in ms, at 50 a second: a disk that rests between
// them takes longer than one that is kept busy.
func fdatasync(dir string) (float64, error) {
	f, err := os.CreateTemp(dir, "sync-")
	if err != nil {
		return 0, err
	}
	defer f.Close()
	var times []float64
	if _, err := f.Write(make([]byte, 1<<20)); err != nil {
		return 0, err
	}
	for i := range int64(100) {
		time.Sleep(20 * time.Millisecond)
		if _, err := f.WriteAt(make([]byte, 4096), 4096*i); err != nil {
			return 0, err
		}
		start := time.Now()
		if err := syscall.Fdatasync(int(f.Fd())); err != nil {
			return 0, err
		}
		times = append(times, float64(time.Since(start).Microseconds())/1000)
	}
	return median(times), nil
}
