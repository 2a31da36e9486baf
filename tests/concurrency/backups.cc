#include "tests/concurrency/backups.h"

#include <stdexcept>

#include <fmt/format.h>

#include "tests/concurrency/binary.h"
#include "tests/judge/log_text.h"
#include "tests/support/store.h"

namespace annals::concurrency {

uint64_t RootPrefix(const std::string& root) {
  return std::stoull(root.substr(0, 16), nullptr, 16);
}

Backup Verified(const std::string& backup) {
  const testing_process::ProcessResult result = RunAnnals(backup, {"verify", "--json"});
  if (result.exit != 0) throw std::runtime_error(backup + " is not whole: " + result.out + result.err);
  return {std::stoull(judge::Field(result.out, "events")), RootPrefix(judge::Field(result.out, "root"))};
}

void BackUpAgainAndAgain(const std::string& path, const std::string& folder, const Post& post) {
  for (int number = 0;; ++number) {
    const std::string file = fmt::format("{}/{}_{}.db", folder, post.life, number);
    const testing_process::ProcessResult made = RunAnnals(path, {"backup", file});
    if (IsLocked(made)) continue;
    if (made.exit != 0) throw std::runtime_error("backup: " + made.err);
    const Backup backup = Verified(file);
    post.Say(number, backup.events, 0, backup.root);
    support::RemoveDatabase(file);
  }
}

}  // namespace annals::concurrency
