// What is said of a redaction whose traces could not be swept away.
#pragma once

#include <absl/status/status.h>

namespace annals {

// `swept` is what Storage::Sweep() answered: OK, or why the file may still hold what was redacted, and what to do.
absl::Status AfterRedaction(const absl::Status& swept);

}  // namespace annals
