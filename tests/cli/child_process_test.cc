#include "cli/child_process.h"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <signal.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <chrono>
#include <cstdio>
#include <memory>
#include <sstream>
#include <string>
#include <thread>
#include <vector>

namespace annals {
namespace {

using std::chrono::milliseconds;
using std::chrono::steady_clock;

// A temporary file that takes a stream of a child.
class Capture {
 public:
  Capture() : file_(std::tmpfile()) {}
  int fd() const { return fileno(file_.get()); }
  std::string Text() const {
    std::string text(static_cast<size_t>(lseek(fd(), 0, SEEK_END)), '\0');
    EXPECT_EQ(pread(fd(), text.data(), text.size(), 0), static_cast<ssize_t>(text.size()));
    return text;
  }

 private:
  struct Closer {
    void operator()(std::FILE* file) const { std::fclose(file); }
  };
  std::unique_ptr<std::FILE, Closer> file_;
};

class ChildProcessTest : public testing::Test {
 protected:
  ChildCommand Command(std::vector<std::string> argv) {
    ChildCommand command;
    command.argv = std::move(argv);
    command.out_fd = out_.fd();
    command.err_fd = err_.fd();
    return command;
  }
  ChildCommand Shell(const std::string& script) { return Command({"sh", "-c", script}); }

  static ChildResult Run(const ChildCommand& command) {
    auto signals = SignalRelay::Start();
    EXPECT_TRUE(signals.ok()) << signals.status();
    auto result = RunChild(command, **signals);
    EXPECT_TRUE(result.ok()) << result.status();
    return *std::move(result);
  }

  Capture out_;
  Capture err_;
};

struct EndCase {
  const char* name;
  const char* script;
  int exit_code;
  int signal;
};

constexpr EndCase kEnds[] = {
    {"Success", "exit 0", 0, 0},
    {"Failure", "exit 1", 1, 0},
    {"HighestCode", "exit 255", 255, 0},
    {"CodeThatLooksLikeASignal", "exit 137", 137, 0},
    {"KilledBySigkill", "kill -KILL $$", 137, SIGKILL},
    {"KilledBySigterm", "kill -TERM $$", 143, SIGTERM},
    {"DiedOfSigpipe", "kill -PIPE $$", 141, SIGPIPE},
    {"Aborted", "ulimit -c 0; kill -ABRT $$", 134, SIGABRT},
};

class ChildEndTest : public ChildProcessTest, public testing::WithParamInterface<EndCase> {};

TEST_P(ChildEndTest, IsToldAsAShellTellsIt) {
  const ChildResult result = Run(Shell(GetParam().script));
  EXPECT_EQ(result.exit_code, GetParam().exit_code);
  EXPECT_EQ(result.signal, GetParam().signal);
  EXPECT_EQ(result.start_error, "");
}

INSTANTIATE_TEST_SUITE_P(ChildProcess, ChildEndTest, testing::ValuesIn(kEnds),
                         [](const auto& row) { return std::string(row.param.name); });

TEST_F(ChildProcessTest, PassesBothStreamsOnUnchangedAndKeepsThemTogether) {
  const ChildResult result = Run(Shell("printf 'out\\000\\377'; sleep 0.1; printf 'err' >&2; sleep 0.1; printf end"));
  EXPECT_EQ(out_.Text(), std::string("out\0\xFF"
                                     "end",
                                     8));
  EXPECT_EQ(err_.Text(), "err");
  EXPECT_EQ(result.output.text, "out\uFFFD\uFFFDerrend");
  EXPECT_EQ(result.output.total_bytes, 11u);
  EXPECT_TRUE(result.pass_through.ok());
}

TEST_F(ChildProcessTest, GivesArgumentsToTheProgramAndNotToAShell) {
  Run(Command({"printf", "<%s>", "$HOME", "a b", "*", "; exit 3", ""}));
  EXPECT_EQ(out_.Text(), "<$HOME><a b><*><; exit 3><>");
}

TEST_F(ChildProcessTest, KeepsTheEndOfTenMegabytes) {
  const ChildResult result = Run(Shell("head -c 10485760 /dev/zero | tr '\\0' x; printf END"));
  EXPECT_EQ(result.output.total_bytes, 10485763u);
  EXPECT_EQ(result.output.text, std::string(kOutputTailBytes - 3, 'x') + "END");
  EXPECT_TRUE(result.output.truncated);
  EXPECT_EQ(out_.Text().size(), 10485763u);
}

TEST_F(ChildProcessTest, MeasuresFromStartToEnd) {
  const ChildResult result = Run(Shell("sleep 0.3"));
  EXPECT_GE(result.duration, milliseconds(300));
  EXPECT_LT(result.duration, milliseconds(5000));
}

TEST_F(ChildProcessTest, TakesItsTimesFromTheClockThatIsHandedIn) {
  ChildCommand command = Shell("exit 0");
  int calls = 0;
  command.clock = [&calls] { return MonotonicTime(std::chrono::seconds(100 * ++calls)); };
  EXPECT_EQ(Run(command).duration, std::chrono::seconds(100));
}

struct NoStartCase {
  const char* name;
  const char* program;
  int exit_code;
  const char* says;
};

constexpr NoStartCase kNoStarts[] = {
    {"NotInPath", "annals-no-such-program", 127, "not in PATH"},
    {"NoSuchFile", "/nonexistent/program", 127, "missing"},
    {"Directory", "/", 126, "Permission denied"},
    {"NotExecutable", "/dev/null", 126, "Permission denied"},
    {"EmptyName", "", 127, "No such file"},
};

class NoStartTest : public ChildProcessTest, public testing::WithParamInterface<NoStartCase> {};

TEST_P(NoStartTest, IsAResultThatSaysWhy) {
  const ChildResult result = Run(Command({GetParam().program}));
  EXPECT_EQ(result.exit_code, GetParam().exit_code);
  EXPECT_NE(result.start_error.find(GetParam().says), std::string::npos) << result.start_error;
  EXPECT_EQ(result.output.total_bytes, 0u);
}

INSTANTIATE_TEST_SUITE_P(ChildProcess, NoStartTest, testing::ValuesIn(kNoStarts),
                         [](const auto& row) { return std::string(row.param.name); });

TEST_F(ChildProcessTest, RefusesScriptsWithoutAnInterpreterLine) {
  char path[] = "/tmp/annals_child_test_XXXXXX";
  const int fd = mkstemp(path);
  ASSERT_GE(fd, 0);
  ASSERT_EQ(write(fd, "exit 3\n", 7), 7);
  ASSERT_EQ(fchmod(fd, 0700), 0);
  close(fd);
  const ChildResult result = Run(Command({path}));
  unlink(path);
  EXPECT_EQ(result.exit_code, 126);
  EXPECT_NE(result.start_error.find("#! line"), std::string::npos) << result.start_error;
}

TEST_F(ChildProcessTest, RefusesArgumentsThatNoProgramCanBeGiven) {
  auto signals = SignalRelay::Start();
  ASSERT_TRUE(signals.ok());
  EXPECT_EQ(RunChild(Command({}), **signals).status().code(), absl::StatusCode::kInvalidArgument);
  EXPECT_EQ(RunChild(Command({"echo", std::string("a\0b", 3)}), **signals).status().code(),
            absl::StatusCode::kInvalidArgument);
}

TEST_F(ChildProcessTest, InheritsStdin) {
  int ends[2];
  ASSERT_EQ(pipe(ends), 0);
  ASSERT_EQ(write(ends[1], "typed", 5), 5);
  close(ends[1]);
  const int before = dup(STDIN_FILENO);
  dup2(ends[0], STDIN_FILENO);
  close(ends[0]);
  const ChildResult result = Run(Command({"cat"}));
  dup2(before, STDIN_FILENO);
  close(before);
  EXPECT_EQ(result.output.text, "typed");
}

// Both ends of a pipe have the same link, so that either end shows, wherever it was left.
TEST_F(ChildProcessTest, LeavesNoOtherEndOfItsPipesInTheChild) {
  Run(
      Shell("out=$(readlink /proc/$$/fd/1); err=$(readlink /proc/$$/fd/2); for f in /proc/$$/fd/*; do"
            " link=$(readlink $f); [ \"$link\" = \"$out\" ] && echo out=${f##*/}; [ \"$link\" = \"$err\" ] && echo "
            "err=${f##*/};"
            " done"));
  EXPECT_EQ(out_.Text(), "out=1\nerr=2\n");
}

uint64_t StatusMask(const std::string& status, const std::string& field) {
  const size_t at = status.find(field + ":\t");
  EXPECT_NE(at, std::string::npos) << status;
  return std::stoull(status.substr(at + field.size() + 2), nullptr, 16);
}

TEST_F(ChildProcessTest, StartsTheChildWithDefaultSignals) {
  Run(Command({"cat", "/proc/self/status"}));
  const std::string status = out_.Text();
  EXPECT_EQ(StatusMask(status, "SigBlk"), 0u);
  const uint64_t ours_to_reset = (uint64_t{1} << (SIGPIPE - 1)) | (uint64_t{1} << (SIGCHLD - 1));
  EXPECT_EQ(StatusMask(status, "SigIgn") & ours_to_reset, 0u);
}

TEST_F(ChildProcessTest, DoesNotWaitForAGrandchildThatHoldsThePipe) {
  ChildCommand command = Shell("sleep 20 & echo $!; exit 4");
  command.grace = milliseconds(100);
  const auto start = steady_clock::now();
  const ChildResult result = Run(command);
  EXPECT_LT(steady_clock::now() - start, std::chrono::seconds(10));
  EXPECT_EQ(result.exit_code, 4);
  EXPECT_LT(result.duration, std::chrono::seconds(5));
  kill(static_cast<pid_t>(std::stol(result.output.text)), SIGKILL);
}

TEST_F(ChildProcessTest, DoesNotWaitForAGrandchildThatWritesForEver) {
  ChildCommand command = Shell("yes & echo $! >&2; exit 4");
  command.grace = milliseconds(50);
  const int null = open("/dev/null", O_WRONLY | O_CLOEXEC);
  command.out_fd = null;
  const auto start = steady_clock::now();
  const ChildResult result = Run(command);
  close(null);
  EXPECT_LT(steady_clock::now() - start, std::chrono::seconds(10));
  EXPECT_EQ(result.exit_code, 4);
  EXPECT_NE(err_.Text(), "");  // the grandchild dies of SIGPIPE when we let go of its pipe
}

TEST_F(ChildProcessTest, StillHearsAGrandchildWithinTheGrace) {
  ChildCommand command = Shell("(sleep 0.2; echo late) & echo early");
  command.grace = std::chrono::seconds(20);
  EXPECT_EQ(Run(command).output.text, "early\nlate\n");
}

TEST_F(ChildProcessTest, GoesOnCapturingWhenNobodyReadsUs) {
  int ends[2];
  ASSERT_EQ(pipe(ends), 0);
  close(ends[0]);
  ChildCommand command = Shell("head -c 200000 /dev/zero | tr '\\0' x; echo err >&2; exit 5");
  command.out_fd = ends[1];
  const ChildResult result = Run(command);
  close(ends[1]);
  EXPECT_EQ(result.exit_code, 5);
  EXPECT_EQ(result.output.total_bytes, 200004u);
  EXPECT_EQ(err_.Text(), "err\n");
  EXPECT_EQ(result.pass_through.code(), absl::StatusCode::kUnavailable);
  EXPECT_NE(result.pass_through.message().find("Broken pipe"), absl::string_view::npos) << result.pass_through;
}

TEST_F(ChildProcessTest, GoesOnCapturingWhenOurDiskIsFull) {
  const int full = open("/dev/full", O_WRONLY | O_CLOEXEC);
  ASSERT_GE(full, 0);
  ChildCommand command = Shell("echo hello");
  command.out_fd = full;
  const ChildResult result = Run(command);
  close(full);
  EXPECT_EQ(result.output.text, "hello\n");
  EXPECT_NE(result.pass_through.message().find("No space left"), absl::string_view::npos) << result.pass_through;
}

struct ReaderCase {
  const char* name;
  int flags;
};

constexpr ReaderCase kReaders[] = {{"Blocking", 0}, {"NonBlocking", O_NONBLOCK}};

class SlowReaderTest : public ChildProcessTest, public testing::WithParamInterface<ReaderCase> {};

TEST_P(SlowReaderTest, GetsEveryByteAlsoAfterTheChildsDeath) {
  int ends[2];
  ASSERT_EQ(pipe(ends), 0);
  ASSERT_EQ(fcntl(ends[1], F_SETFL, GetParam().flags), 0);
  std::string received;
  std::thread reader([&] {
    char buffer[3000];
    std::this_thread::sleep_for(milliseconds(300));
    for (ssize_t got = 0; (got = read(ends[0], buffer, sizeof(buffer))) > 0;) {
      received.append(buffer, static_cast<size_t>(got));
      std::this_thread::sleep_for(milliseconds(2));
    }
  });
  // What fits into the two pipes: the child is dead long before the reader begins.
  ChildCommand command = Shell("head -c 120000 /dev/zero | tr '\\0' x");
  command.out_fd = ends[1];
  command.grace = milliseconds(1);
  const ChildResult result = Run(command);
  close(ends[1]);
  reader.join();
  close(ends[0]);
  EXPECT_EQ(received, std::string(120000, 'x'));
  EXPECT_EQ(result.output.total_bytes, 120000u);
  EXPECT_TRUE(result.pass_through.ok()) << result.pass_through;
}

INSTANTIATE_TEST_SUITE_P(ChildProcess, SlowReaderTest, testing::ValuesIn(kReaders),
                         [](const auto& row) { return std::string(row.param.name); });

}  // namespace
}  // namespace annals
