#include "tests/concurrency/backups.h"

#include <stdexcept>

#include <fmt/format.h>

#include "tests/concurrency/binary.h"
#include "tests/judge/log_text.h"
#include "tests/support/store.h"

namespace annals::concurrency {

uint64_t BeginningOf(const std::string& root) {
  return std::stoull(root.substr(0, 16), nullptr, 16);
}

void BackUpAgainAndAgain(const std::string& path, const std::string& folder, const Post& post) {
  for (int number = 0;; ++number) {
    const std::string backup = fmt::format("{}/{}_{}.db", folder, post.life, number);
    const testing_process::ProcessResult made = RunAnnals(path, {"backup", backup});
    if (IsLocked(made)) continue;
    if (made.exit != 0) throw std::runtime_error("backup: " + made.err);
    const testing_process::ProcessResult verified = RunAnnals(backup, {"verify", "--json"});
    if (verified.exit != 0) throw std::runtime_error("backup: it is damaged: " + verified.out + verified.err);
    post.Say(number, std::stoull(judge::Field(verified.out, "events")), 0,
             BeginningOf(judge::Field(verified.out, "root")));
    support::RemoveDatabase(backup);
  }
}

}  // namespace annals::concurrency
