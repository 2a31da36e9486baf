// How answers, previews and errors are printed: one place for every command.
#pragma once

#include <string>
#include <string_view>

#include <absl/status/status.h>
#include <absl/status/statusor.h>

#include "cli/context.h"
#include "commands/answer.h"

namespace annals {

// "not_found", as errors in JSON name a code.
std::string CodeName(absl::StatusCode code);

// {"error":{"code":"…","message":"…"}} for one line of JSON; `status` is not OK.
std::string ErrorJson(const absl::Status& status);
// The same on stderr, as JSON alone or as "annals: …" with its newline.
void PrintError(const absl::Status& status, bool json, std::ostream& err);

// The SPEC §7 objects, without a newline.
std::string ReceiptJson(const Receipt& receipt);
std::string RefusalJson(const Refused& refused);
// {"dry_run":true,"events":[log lines]}, or the refusal with "dry_run":true and "position":null.
absl::StatusOr<std::string> PreviewJson(const Preview& preview);

// Prints the answer to one command: a receipt or preview on stdout; a refusal on stdout with --json, else on stderr.
// The line for people is `text` where it is given, else made from the receipt. Returns the exit code; an error comes
// back as it is, for the app to print.
absl::StatusOr<int> PrintAnswer(Context& context, const Answer& answer, std::string_view text = {});

}  // namespace annals
