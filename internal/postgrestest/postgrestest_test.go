package postgrestest_test

import (
	"bufio"
	"context"
	"fmt"
	"os"
	"os/exec"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"example.com/contacts/internal/postgrestest"
)

// heldVariable in its environment makes the test of that name hold a server until it is killed.
const heldVariable = "POSTGRESTEST_HELD"

func TestHoldAServer(t *testing.T) {
	if os.Getenv(heldVariable) == "" {
		return
	}
	fmt.Println(postgrestest.Start(t).Address())
	select {}
}

func TestAServerEndsWithTheTestProcess(t *testing.T) {
	postgrestest.Start(t) // there is one
	held := exec.Command(os.Args[0], "-test.run=^TestHoldAServer$")
	held.Env = append(os.Environ(), heldVariable+"=1")
	held.Stderr = os.Stderr
	output, err := held.StdoutPipe()
	require.NoError(t, err)
	require.NoError(t, held.Start())
	line, err := bufio.NewReader(output).ReadString('\n')
	require.NoError(t, err)
	conn, err := pgx.Connect(context.Background(), strings.TrimSpace(line))
	require.NoError(t, err)
	var folder string
	require.NoError(t, conn.QueryRow(context.Background(), "SHOW data_directory").Scan(&folder))

	require.NoError(t, held.Process.Kill())
	held.Wait()
	for deadline := time.Now().Add(time.Minute); ; time.Sleep(20 * time.Millisecond) {
		if _, err := os.Stat(folder); os.IsNotExist(err) {
			break
		}
		require.True(t, time.Now().Before(deadline), "the server goes on")
	}
	assert.Error(t, conn.Ping(context.Background()))
}

func TestAKilledServerKeepsWhatWasCommitted(t *testing.T) {
	ctx := context.Background()
	server := postgrestest.Start(t)
	conn, err := pgx.Connect(ctx, server.Address())
	require.NoError(t, err)
	_, err = conn.Exec(ctx, "CREATE TABLE kept AS SELECT 1 AS n")
	require.NoError(t, err)
	server.Kill(t)
	_, err = pgx.Connect(ctx, server.Address())
	require.Error(t, err)
	server.Restart(t)
	conn, err = pgx.Connect(ctx, server.Address())
	require.NoError(t, err)
	var n int
	require.NoError(t, conn.QueryRow(ctx, "SELECT n FROM kept").Scan(&n))
	require.NoError(t, conn.Close(ctx))
}

func TestEachTestHasADatabaseOfItsOwn(t *testing.T) {
	ctx := context.Background()
	for range 2 {
		conn, err := pgx.Connect(ctx, postgrestest.Database(t))
		require.NoError(t, err)
		_, err = conn.Exec(ctx, "CREATE TABLE mine ()")
		assert.NoError(t, err)
		require.NoError(t, conn.Close(ctx))
	}
}

func TestADatabaseOnTheServerOfOthersIsDropped(t *testing.T) {
	ctx := context.Background()
	own, err := pgx.ParseConfig(postgrestest.Start(t).Address())
	require.NoError(t, err)
	t.Setenv("PGHOST", own.Host)
	t.Setenv("PGPORT", strconv.Itoa(int(own.Port)))
	t.Setenv("PGUSER", own.User)
	t.Setenv("PGPASSWORD", own.Password)
	var address string
	t.Run("made", func(t *testing.T) {
		address = postgrestest.Database(t)
		conn, err := pgx.Connect(ctx, address)
		require.NoError(t, err)
		t.Cleanup(func() { conn.Close(ctx) })
	})
	_, err = pgx.Connect(ctx, address)
	assert.ErrorContains(t, err, "does not exist")
}
