// Where the database of a project lies (SPEC §3).
#pragma once

#include <filesystem>
#include <optional>
#include <string>

#include <absl/status/statusor.h>

#include "cli/terminal.h"

namespace annals {

// The folder of the main worktree that `directory` (absolute) lies in: the nearest ancestor, itself included, that
// holds .git. Where .git is a file, as in a worktree that git made, it is followed to the main one, so that all
// worktrees share one database; a submodule's .git file leads nowhere else. Nothing when no ancestor holds .git.
std::optional<std::filesystem::path> FindProjectRoot(const std::filesystem::path& directory);

// `given` (--db), else PIPELINE_DB_PATH where it is set and not empty, else state/pipeline_state.db under the project
// root, else under `directory`. kInvalidArgument: `given` is empty.
absl::StatusOr<std::string> FindDatabasePath(const std::optional<std::string>& given, const Environment& environment,
                                             const std::filesystem::path& directory);

}  // namespace annals
