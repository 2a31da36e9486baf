#include "tests/cli/annals_process.h"

#include <fcntl.h>
#include <poll.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>
#include <cstdlib>
#include <fstream>
#include <sstream>
#include <utility>

#include <gtest/gtest.h>

#include "schemas/check.h"

namespace annals::testing_process {
namespace {

struct Pipe {
  int read_end = -1;
  int write_end = -1;
  Pipe() {
    int ends[2];
    CHECK(pipe2(ends, O_CLOEXEC) == 0);
    read_end = ends[0];
    write_end = ends[1];
  }
  ~Pipe() {
    CloseWrite();
    if (read_end >= 0) close(read_end);
  }
  Pipe(const Pipe&) = delete;
  Pipe& operator=(const Pipe&) = delete;
  void CloseWrite() {
    if (write_end >= 0) close(std::exchange(write_end, -1));
  }
};

[[noreturn]] void BecomeProgram(const ProcessInput& input, const std::string& program, const Pipe& in, const Pipe& out,
                                const Pipe& err) {
  dup2(in.read_end, STDIN_FILENO);
  dup2(out.write_end, STDOUT_FILENO);
  dup2(err.write_end, STDERR_FILENO);
  if (!input.directory.empty() && chdir(input.directory.c_str()) != 0) _exit(120);
  const char* const path = std::getenv("PATH");
  std::map<std::string, std::string> environment = {{"PATH", path == nullptr ? "" : path}, {"USER", "tester"}};
  // Who tries the tests tries the binary too (tests/sabotage).
  if (const char* const saboteur = std::getenv("ANNALS_SABOTEUR")) environment["ANNALS_SABOTEUR"] = saboteur;
  for (const auto& [name, value] : input.environment) environment[name] = value;
  std::vector<std::string> settings;
  for (const auto& [name, value] : environment) settings.push_back(name + "=" + value);
  std::vector<std::string> words = {program};
  words.insert(words.end(), input.arguments.begin(), input.arguments.end());
  std::vector<char*> argv, envp;
  for (std::string& word : words) argv.push_back(word.data());
  for (std::string& setting : settings) envp.push_back(setting.data());
  argv.push_back(nullptr);
  envp.push_back(nullptr);
  signal(SIGPIPE, SIG_DFL);
  // Opened first: who the child becomes may not be allowed to look where the binary lies.
  const int binary = open(program.c_str(), O_RDONLY | O_CLOEXEC);
  if (input.in_child) input.in_child();
  fexecve(binary, argv.data(), envp.data());
  _exit(121);
}

// Feeds and drains the child's pipes until it closed both of its outputs.
void Converse(const std::string& text, Pipe& in, Pipe& out, Pipe& err, ProcessResult& result) {
  fcntl(in.write_end, F_SETFL, O_NONBLOCK);
  size_t written = 0;
  bool out_open = true, err_open = true;
  if (text.empty()) in.CloseWrite();
  while (out_open || err_open) {
    pollfd wanted[] = {{in.write_end, POLLOUT, 0},
                       {out_open ? out.read_end : -1, POLLIN, 0},
                       {err_open ? err.read_end : -1, POLLIN, 0}};
    CHECK(poll(wanted, 3, -1) > 0);
    if (wanted[0].revents != 0) {
      const ssize_t sent = write(in.write_end, text.data() + written, text.size() - written);
      if (sent > 0) written += static_cast<size_t>(sent);
      if (sent < 0 || written == text.size()) in.CloseWrite();
    }
    const auto drain = [](const pollfd& from, std::string& into, bool& open) {
      if (from.fd < 0 || from.revents == 0) return;
      char buffer[65536];
      const ssize_t got = read(from.fd, buffer, sizeof(buffer));
      if (got > 0) into.append(buffer, static_cast<size_t>(got));
      open = got > 0;
    };
    drain(wanted[1], result.out, out_open);
    drain(wanted[2], result.err, err_open);
  }
}

}  // namespace

ProcessResult RunProcess(const ProcessInput& input, const std::string& program) {
  Pipe in, out, err;
  signal(SIGPIPE, SIG_IGN);  // the child may not read what we give it
  const pid_t child = fork();
  CHECK(child >= 0);
  if (child == 0) BecomeProgram(input, program, in, out, err);
  out.CloseWrite();
  err.CloseWrite();
  close(std::exchange(in.read_end, -1));
  ProcessResult result;
  Converse(input.in, in, out, err, result);
  int status = 0;
  CHECK(waitpid(child, &status, 0) == child);
  result.exit = WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
  return result;
}

TemporaryFolder::TemporaryFolder() {
  std::string name = (std::filesystem::temp_directory_path() / "annals_test_XXXXXX").string();
  CHECK(mkdtemp(name.data()) != nullptr);
  path_ = name;
}

TemporaryFolder::~TemporaryFolder() {
  std::error_code error;
  std::filesystem::remove_all(path_, error);
}

ProcessResult AnnalsSandbox::Run(std::vector<std::string> arguments, const std::string& in) {
  return RunProcess({.arguments = std::move(arguments),
                     .environment = {{"PIPELINE_DB_PATH", db_}},
                     .in = in,
                     .directory = folder_.path()});
}

std::string AnnalsSandbox::Out(std::vector<std::string> arguments, const std::string& in) {
  std::string command;
  for (const std::string& word : arguments) command += " " + word;
  const ProcessResult result = Run(std::move(arguments), in);
  EXPECT_EQ(result.exit, 0) << "annals" << command << "\n" << result.err;
  return result.out;
}

void AnnalsSandbox::Fill() {
  Out({"run", "create", "r1", "--status", "running", "--command-id", "key-1"});
  Out({"run", "create", "r2", "--status", "running"});
  Out({"ws", "create", "a", "--run", "r1"});
  Out({"ws", "create", "a", "--run", "r2"});
}

size_t AnnalsSandbox::TracesOf(const std::string& text) const {
  size_t traces = 0;
  for (const char* const suffix : {"", "-wal", "-shm"}) {
    std::ostringstream bytes;
    bytes << std::ifstream(db_ + suffix, std::ios::binary).rdbuf();
    const std::string all = std::move(bytes).str();
    for (size_t at = all.find(text); at != std::string::npos; at = all.find(text, at + 1)) ++traces;
  }
  return traces;
}

}  // namespace annals::testing_process
