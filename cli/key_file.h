// Keys as the command line takes them: private ones in files, verifier keys as text.
#pragma once

#include <string>
#include <string_view>

#include <absl/status/statusor.h>

#include "eventstore/note_key.h"

namespace annals {

class Context;

// The private key in `file` ("-": standard input). Warns on stderr where others may read the file.
//   kInvalidArgument  it holds no private key
//   kNotFound         there is no such file
absl::StatusOr<SigningKey> ReadKeyFile(Context& context, const std::string& file);

// What --verifier was given: the key, @FILE, or - for standard input.
absl::StatusOr<VerifierKey> ReadVerifierKey(std::string_view given);

}  // namespace annals
