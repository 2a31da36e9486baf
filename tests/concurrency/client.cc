#include "tests/concurrency/client.h"

#include <fcntl.h>
#include <time.h>
#include <unistd.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <sstream>
#include <stdexcept>

#include <fmt/format.h>

#include "tests/concurrency/plan.h"

namespace annals::concurrency {
namespace {

using judge::Attempt;

// One clock for all processes.
uint64_t Now() {
  timespec now{};
  clock_gettime(CLOCK_MONOTONIC, &now);
  return static_cast<uint64_t>(now.tv_sec) * 1'000'000'000 + static_cast<uint64_t>(now.tv_nsec);
}

std::string HistoryPath(const std::string& folder, int client, int life) {
  return fmt::format("{}/{}_{}.history", folder, client, life);
}

void AddHistory(const std::filesystem::path& path, std::vector<Attempt>& history) {
  std::ostringstream text;
  text << std::ifstream(path).rdbuf();
  judge::ReadHistory(text.str(), history);
}

// A line is written in one piece, so that a kill tears the last one at most.
class Diary {
 public:
  explicit Diary(const std::string& path)
      : file_(open(path.c_str(), O_CREAT | O_EXCL | O_WRONLY | O_APPEND | O_CLOEXEC, 0600)) {
    if (file_ < 0) throw std::runtime_error("no history can be written at " + path);
  }
  ~Diary() { close(file_); }
  Diary(const Diary&) = delete;
  Diary& operator=(const Diary&) = delete;

  void Write(const std::string& line) const {
    if (write(file_, line.data(), line.size()) != static_cast<ssize_t>(line.size())) {
      throw std::runtime_error("a line of the history could not be written");
    }
  }

 private:
  const int file_;
};

bool IsSettled(const Attempt& attempt) {
  return attempt.answer && attempt.answer->result != judge::Result::kLocked;
}

}  // namespace

void GiveCommands(Door& door, const ClientOptions& options, const Post& post) {
  std::vector<Attempt> past;
  for (int life = 0; life < post.life; ++life) AddHistory(HistoryPath(options.folder, post.member, life), past);
  Plan plan(post.member, options.seed);
  uint64_t answered = 0;
  for (const Attempt& attempt : past) {
    if (!IsSettled(attempt)) continue;
    plan.Learn(attempt);
    ++answered;
  }
  const Diary diary(HistoryPath(options.folder, post.member, post.life));
  Attempt attempt;
  if (!past.empty()) attempt = past.back();
  bool is_open = !past.empty() && !IsSettled(attempt);
  for (uint64_t number = past.size(); answered < options.commands; ++number) {
    if (!is_open) attempt.command = plan.Next(number);
    attempt.client = post.member;
    attempt.number = number;
    attempt.called_ns = Now();
    diary.Write(judge::CallLine(attempt));
    attempt.answer = door.Execute(attempt.command);
    attempt.answer->returned_ns = Now();
    diary.Write(judge::ReturnLine(attempt));
    is_open = !IsSettled(attempt);
    if (!is_open) {
      plan.Learn(attempt);
      ++answered;
    }
    post.Say(static_cast<int>(number), attempt.answer->position);
  }
}

std::vector<Attempt> HistoryIn(const std::string& folder) {
  std::vector<Attempt> history;
  std::vector<std::filesystem::path> paths;
  for (const auto& entry : std::filesystem::directory_iterator(folder)) {
    if (entry.path().extension() == ".history") paths.push_back(entry.path());
  }
  std::ranges::sort(paths);
  for (const auto& path : paths) AddHistory(path, history);
  return history;
}

}  // namespace annals::concurrency
