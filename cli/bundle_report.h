// What a bundle shows, and what it does not: the same words for annals verify and annals check-proof.
#pragma once

#include <optional>

#include <absl/status/statusor.h>

#include "eventstore/note_key.h"
#include "eventstore/sqlite/sqlite_storage.h"

namespace annals {

class Context;

absl::StatusOr<bool> IsBundle(Storage& storage);

// Checks the bundle, prints what came of it and returns the exit code: 6 where something in it is wrong.
absl::StatusOr<int> ReportBundle(Context& context, Storage& bundle, const std::optional<VerifierKey>& key);

}  // namespace annals
