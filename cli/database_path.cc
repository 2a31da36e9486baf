#include "cli/database_path.h"

#include <fstream>
#include <string_view>
#include <system_error>

namespace annals {
namespace {

namespace fs = std::filesystem;

constexpr std::string_view kGitDirPrefix = "gitdir: ";

// The first line of a small file, without its end; empty when it cannot be read.
std::string FirstLine(const fs::path& file) {
  std::ifstream in(file);
  std::string line;
  std::getline(in, line);
  while (!line.empty() && (line.back() == '\r' || line.back() == ' ')) line.pop_back();
  return line;
}

// The main worktree that the .git file of `worktree` leads to. git writes "commondir" into the folder of a worktree
// only, not of a submodule, and it names the main .git from there.
std::optional<fs::path> FollowGitFile(const fs::path& worktree) {
  const std::string line = FirstLine(worktree / ".git");
  if (!line.starts_with(kGitDirPrefix)) return std::nullopt;
  std::error_code error;
  const fs::path git_dir = worktree / line.substr(kGitDirPrefix.size());
  const std::string common = FirstLine(git_dir / "commondir");
  // A worktree whose folder was removed behind git's back still says by its name where it belonged.
  fs::path main = common.empty() ? fs::path() : git_dir / common;
  if (common.empty() && git_dir.parent_path().filename() == "worktrees") main = git_dir.parent_path().parent_path();
  if (main.empty()) return std::nullopt;
  main = fs::weakly_canonical(main, error);
  // A bare repository has worktrees but no main one: what all share is then the repository's own folder.
  if (error) return std::nullopt;
  return main.filename() == ".git" ? main.parent_path() : main;
}

}  // namespace

std::optional<fs::path> FindProjectRoot(const fs::path& directory) {
  for (fs::path folder = directory;; folder = folder.parent_path()) {
    std::error_code error;
    const fs::file_status git = fs::status(folder / ".git", error);
    if (fs::is_directory(git)) return folder;
    if (fs::is_regular_file(git)) return FollowGitFile(folder).value_or(folder);
    if (folder == folder.parent_path()) return std::nullopt;
  }
}

absl::StatusOr<std::string> FindDatabasePath(const std::optional<std::string>& given, const Environment& environment,
                                             const fs::path& directory) {
  if (given) {
    if (given->empty()) return absl::InvalidArgumentError("--db: it is empty; name a file");
    return *given;
  }
  const char* const variable = environment("PIPELINE_DB_PATH");
  if (variable != nullptr && *variable != '\0') return std::string(variable);
  return (FindProjectRoot(directory).value_or(directory) / "state" / "pipeline_state.db").string();
}

}  // namespace annals
