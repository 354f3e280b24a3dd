// Package deploy has the files by which the sandbox is run as a service. Its tests do what the files say, as far as one
// can without systemd and a container engine.
package deploy

import (
	"bufio"
	"debug/elf"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"sync"
	"syscall"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.yaml.in/yaml/v3"

	"example.com/contacts/internal/postgrestest"
)

const (
	secret     = "a-Secret-that-nobody-may-see"
	serviceUID = 65532
	form       = "FirstName=Wile&LastName=Coyote&EmailAddress=wile.coyote@example.com&Accounts=10000"
)

var folder string // of the program

// program is built by the command of the Containerfile, once.
var program = sync.OnceValues(func() (string, error) {
	command := regexp.MustCompile(`(?m)^RUN (CGO_ENABLED=0 go build .*)$`).FindStringSubmatch(read("Containerfile"))
	if command == nil {
		return "", fmt.Errorf("the Containerfile builds nothing")
	}
	var err error
	if folder, err = os.MkdirTemp("", "deploy"); err != nil {
		return "", err
	}
	file := filepath.Join(folder, "contacts")
	build := exec.Command("sh", "-c", strings.Replace(command[1], " /contacts ", " "+file+" ", 1))
	build.Dir = ".."
	out, err := build.CombinedOutput()
	if err != nil {
		err = fmt.Errorf("%w\n%s", err, out)
	}
	return file, err
})

func TestMain(m *testing.M) {
	code := m.Run()
	os.RemoveAll(folder)
	os.Exit(code)
}

func read(file string) string {
	content, err := os.ReadFile(file)
	if err != nil {
		panic(err)
	}
	return string(content)
}

func built(t *testing.T) string {
	t.Helper()
	if testing.Short() {
		t.Skip("SKIPPED with -short: it builds a program of its own")
	}
	file, err := program()
	require.NoError(t, err)
	return file
}

// serve starts a sandbox, uses it, lets check look at it, and ends it as a supervisor does.
func serve(t *testing.T, cmd *exec.Cmd, check func(baseURL string)) {
	t.Helper()
	stdout, err := cmd.StdoutPipe()
	require.NoError(t, err)
	cmd.Stderr = os.Stderr
	require.NoError(t, cmd.Start())
	t.Cleanup(func() { cmd.Process.Kill() })
	lines := bufio.NewScanner(stdout)
	baseURL := ""
	for baseURL == "" && lines.Scan() {
		assert.NotContains(t, lines.Text(), secret)
		if found := regexp.MustCompile(`CONTACTS_BASE_URL=(\S+)`).FindStringSubmatch(lines.Text()); found != nil {
			baseURL = found[1]
		}
	}
	require.NotEmpty(t, baseURL)
	go io.Copy(io.Discard, stdout)
	request, err := http.NewRequest("POST", baseURL+"/Advertisers/IRsandbox/Campaigns/1000/Contacts", strings.NewReader(form))
	require.NoError(t, err)
	request.SetBasicAuth("IRsandbox", secret)
	request.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	response, err := http.DefaultClient.Do(request)
	require.NoError(t, err)
	defer response.Body.Close()
	var created struct{ Status string }
	require.NoError(t, json.NewDecoder(response.Body).Decode(&created))
	assert.Equal(t, "OK", created.Status)
	check(baseURL)
	require.NoError(t, cmd.Process.Signal(syscall.SIGTERM))
	assert.NoError(t, cmd.Wait())
}

func TestProgramIsStatic(t *testing.T) {
	file, err := elf.Open(built(t))
	require.NoError(t, err)
	defer file.Close()
	libraries, err := file.ImportedLibraries()
	require.NoError(t, err)
	assert.Empty(t, libraries)
	for _, segment := range file.Progs {
		assert.NotEqual(t, elf.PT_INTERP, segment.Type, "it needs a loader")
	}
}

// words are those of an instruction of the Containerfile, in the form of a list.
func words(t *testing.T, instruction string) (list []string) {
	t.Helper()
	found := regexp.MustCompile(`(?m)^` + instruction + ` .*?(\[.*\])$`).FindStringSubmatch(read("Containerfile"))
	require.NotNil(t, found, instruction)
	require.NoError(t, json.Unmarshal([]byte(found[1]), &list))
	return list
}

func TestContainer(t *testing.T) {
	assert.Contains(t, read("Containerfile"), fmt.Sprintf("\nUSER %[1]d:%[1]d\n", serviceUID))
	require.Equal(t, []string{"/contacts"}, words(t, "ENTRYPOINT"))
	command := words(t, "CMD")
	port := slices.Index(command, "0.0.0.0:8080")
	require.Positive(t, port)
	command[port] = "127.0.0.1:0"
	binary, err := os.ReadFile(built(t))
	require.NoError(t, err)
	if os.Getuid() != 0 {
		t.Skip("SKIPPED: only root can run the program in an empty root folder")
	}

	// The container's files are these, and no others.
	root := t.TempDir()
	require.NoError(t, os.WriteFile(filepath.Join(root, "contacts"), binary, 0o755))
	require.NoError(t, os.MkdirAll(filepath.Join(root, "run", "secrets"), 0o755))
	require.NoError(t, os.WriteFile(filepath.Join(root, "run", "secrets", "token"), []byte(secret+"\n"), 0o644))
	require.NoError(t, os.Mkdir(filepath.Join(root, "data"), 0o755))
	require.NoError(t, os.Chown(filepath.Join(root, "data"), serviceUID, serviceUID))
	inside := func(env []string, args ...string) *exec.Cmd {
		cmd := exec.Command("/contacts", args...)
		cmd.Dir, cmd.Env = "/", append([]string{"PATH=/"}, env...)
		cmd.SysProcAttr = &syscall.SysProcAttr{Chroot: root, Credential: &syscall.Credential{Uid: serviceUID, Gid: serviceUID}}
		return cmd
	}
	health := words(t, "HEALTHCHECK")
	require.Equal(t, "/contacts", health[0])
	serve(t, inside(nil, command...), func(baseURL string) {
		out, err := inside([]string{"CONTACTS_BASE_URL=" + baseURL}, health[1:]...).CombinedOutput()
		assert.NoError(t, err, string(out))
	})
	info, err := os.Stat(filepath.Join(root, "data", "contacts.db"))
	require.NoError(t, err)
	assert.Equal(t, os.FileMode(0o600), info.Mode())
	assert.Equal(t, uint32(serviceUID), info.Sys().(*syscall.Stat_t).Uid)
	out, err := inside([]string{"CONTACTS_BASE_URL=http://127.0.0.1:1"}, health[1:]...).CombinedOutput()
	assert.Error(t, err, string(out))
}

// unit is the service, with a program that is there.
func unit(t *testing.T) string {
	const installed = "/usr/local/bin/contacts"
	text := read("contacts-sandbox.service")
	require.Contains(t, text, "ExecStart="+installed+" ")
	return strings.ReplaceAll(text, installed, built(t))
}

func TestServiceStarts(t *testing.T) {
	start := regexp.MustCompile(`(?m)^ExecStart=(.*)$`).FindStringSubmatch(unit(t))
	require.NotNil(t, start)
	state, credentials := t.TempDir(), t.TempDir()
	require.NoError(t, os.Mkdir(filepath.Join(state, "contacts-sandbox"), 0o700))
	require.NoError(t, os.WriteFile(filepath.Join(credentials, "token"), []byte(secret), 0o400))
	line := start[1]
	for from, to := range map[string]string{
		"%S": state, "%d": credentials, "127.0.0.1:8080": "127.0.0.1:0", "127.0.0.1:9464": "127.0.0.1:0", "--shutdown-delay 5s": "--shutdown-delay 1ms",
	} {
		require.Contains(t, line, from)
		line = strings.ReplaceAll(line, from, to)
	}
	args := strings.Fields(line)
	serve(t, exec.Command(args[0], args[1:]...), func(string) {})
	assert.FileExists(t, filepath.Join(state, "contacts-sandbox", "contacts.db"))
}

// systemd reads the unit, and has nothing to say of it, nor of what the service may do.
func TestServiceIsWhatSystemdTakes(t *testing.T) {
	if _, err := exec.LookPath("systemd-analyze"); err != nil {
		t.Skip("SKIPPED: systemd-analyze is not installed")
	}
	file := filepath.Join(t.TempDir(), "contacts-sandbox.service")
	require.NoError(t, os.WriteFile(file, []byte(unit(t)), 0o644))
	out, err := exec.Command("systemd-analyze", "verify", file).CombinedOutput()
	assert.NoError(t, err, string(out))
	assert.NotContains(t, string(out), "contacts-sandbox")
	out, err = exec.Command("systemd-analyze", "security", "--offline=yes", "--no-pager", "--threshold=15", file).CombinedOutput()
	assert.NoError(t, err, "it may do more than 1.5 of 10 says:\n%s", out)
}

// composed is a sandbox of the compose file, on a database for the test, with the secrets in a folder.
func composed(t *testing.T, service composeService, database, secrets string) *exec.Cmd {
	address, err := url.Parse(database)
	require.NoError(t, err)
	if password, has := address.User.Password(); has { // not with PGHOST, for which the environment has it
		line := strings.Join([]string{address.Hostname(), address.Port(), strings.Trim(address.Path, "/"), address.User.Username(), password}, ":")
		require.NoError(t, os.WriteFile(filepath.Join(secrets, "pgpass"), []byte(line+"\n"), 0o600))
		address.User = url.User(address.User.Username())
	}
	var args []string
	for _, argument := range service.Command {
		for from, to := range map[string]string{
			"0.0.0.0:8080": "127.0.0.1:0", "/run/secrets": secrets, "=5s": "=1ms", "postgres://contacts@postgres/contacts": address.String(),
		} {
			argument = strings.ReplaceAll(argument, from, to)
		}
		args = append(args, argument)
	}
	cmd := exec.Command(built(t), args...)
	cmd.Env = os.Environ()
	for variable, value := range service.Environment {
		cmd.Env = append(cmd.Env, variable+"="+strings.ReplaceAll(value, "/run/secrets", secrets))
	}
	return cmd
}

func TestComposedSandboxesShareADatabase(t *testing.T) {
	built(t)
	database, secrets := postgrestest.Database(t), t.TempDir()
	require.NoError(t, os.WriteFile(filepath.Join(secrets, "token"), []byte(secret+"\n"), 0o600))
	services := readCompose(t).Services
	serve(t, composed(t, services["sandbox-1"], database, secrets), func(first string) {
		serve(t, composed(t, services["sandbox-2"], database, secrets), func(second string) {
			for _, baseURL := range []string{first, second} {
				request, err := http.NewRequest("GET", baseURL+"/Advertisers/IRsandbox/Campaigns/1000/Contacts", nil)
				require.NoError(t, err)
				request.SetBasicAuth("IRsandbox", secret)
				response, err := http.DefaultClient.Do(request)
				require.NoError(t, err)
				list, err := io.ReadAll(response.Body)
				require.NoError(t, errors.Join(err, response.Body.Close()))
				assert.Contains(t, string(list), `"@total":"2"`)
				out, err := exec.Command(built(t), "sandbox", "healthcheck", "--base-url", baseURL).CombinedOutput()
				assert.NoError(t, err, string(out))
			}
		})
	})
}

type composeFile struct {
	Services map[string]composeService
	Secrets  map[string]struct{ File string }
}

type composeService struct {
	Command     []string
	Environment map[string]string
	Secrets     []string
	Build       *struct{ Context, Dockerfile string }
	DependsOn   map[string]struct{ Condition string } `yaml:"depends_on"`
	Ports       []string
	ReadOnly    bool `yaml:"read_only"`
}

func readCompose(t *testing.T) (compose composeFile) {
	require.NoError(t, yaml.Unmarshal([]byte(read("compose.yaml")), &compose))
	return compose
}

func TestComposeFile(t *testing.T) {
	compose := readCompose(t)
	help, err := exec.Command(built(t), "sandbox", "--help").Output()
	require.NoError(t, err)

	sandboxes := 0
	for name, service := range compose.Services {
		for _, secret := range service.Secrets {
			assert.Contains(t, compose.Secrets, secret, name)
		}
		for variable, value := range service.Environment {
			if strings.Contains(variable, "PASS") {
				file, is := strings.CutPrefix(value, "/run/secrets/")
				assert.True(t, is, "%s: %s must be a secret", name, variable)
				assert.Contains(t, service.Secrets, file, name)
			}
		}
		for _, port := range service.Ports {
			assert.True(t, strings.HasPrefix(port, "127.0.0.1:"), "%s: %s can be reached from other machines", name, port)
		}
		if service.Build == nil {
			continue
		}
		sandboxes++
		assert.FileExists(t, filepath.Join(service.Build.Context, service.Build.Dockerfile))
		require.Equal(t, "sandbox", service.Command[0])
		for _, argument := range service.Command[1:] {
			flag, value, _ := strings.Cut(argument, "=")
			assert.Contains(t, string(help), " "+flag+" ", name)
			if file, is := strings.CutPrefix(value, "/run/secrets/"); is {
				assert.Contains(t, service.Secrets, file, name)
			}
			assert.NotRegexp(t, `//[^/@]*:[^/]*@`, value, "%s has a password", name)
		}
		assert.True(t, service.ReadOnly, name)
		assert.Equal(t, "service_healthy", service.DependsOn["postgres"].Condition)
	}
	assert.Equal(t, 2, sandboxes)
	assert.Len(t, compose.Services, 3)
	for name, secret := range compose.Secrets {
		assert.Equal(t, "secrets/"+name, secret.File)
	}
	assert.Contains(t, read("../.gitignore"), "/deploy/secrets/\n")
	assert.Contains(t, read("../.dockerignore"), "deploy/secrets\n")
}
