// Files that are there whole or not at all: written under another name, then given theirs.
#pragma once

#include <string>

#include <absl/status/status.h>

namespace annals {

enum class IfThere { kRefuse, kReplace };

// Makes what was written at `unfinished` durable and gives it the name `path`, in the same folder.
//   kAlreadyExists      `path` is there, and is not to be replaced
//   kResourceExhausted  the disk is full
//   kInternal           it could not be synced or renamed
absl::Status PublishFile(const std::string& unfinished, const std::string& path, IfThere if_there);

}  // namespace annals
