// For calls a test takes for granted: throws when they fail, which GoogleTest turns into a failure of the test.
#pragma once

#include <stdexcept>
#include <utility>

#include <absl/status/status.h>
#include <absl/status/statusor.h>

namespace annals::support {

inline void Must(const absl::Status& status) {
  if (!status.ok()) throw std::runtime_error(status.ToString());
}
template <class T>
T Must(absl::StatusOr<T> result) {
  Must(result.status());
  return *std::move(result);
}

}  // namespace annals::support
