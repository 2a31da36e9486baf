// Shorthands for absl::Status, with the names newer Abseil uses.
#pragma once

#include <string>
#include <string_view>
#include <utility>

#include <absl/status/status.h>
#include <absl/status/statusor.h>

namespace annals {

// `status` with "`what`: " put before its message; once per layer, so that a message reads from the outside in.
inline absl::Status WithContext(const absl::Status& status, std::string_view what) {
  if (status.ok()) return status;
  std::string message(what);
  message += ": ";
  message.append(status.message().data(), status.message().size());
  return absl::Status(status.code(), message);
}

// The message of `status` as std text: Debian's absl::string_view does not convert by itself.
inline std::string_view MessageOf(const absl::Status& status) {
  return {status.message().data(), status.message().size()};
}

}  // namespace annals

#define ANNALS_CONCAT_INNER(a, b) a##b
#define ANNALS_CONCAT(a, b) ANNALS_CONCAT_INNER(a, b)

#define RETURN_IF_ERROR(expression)                                                             \
  do {                                                                                          \
    if (::absl::Status annals_status = (expression); !annals_status.ok()) return annals_status; \
  } while (false)

#define ASSIGN_OR_RETURN(declaration, expression) \
  ASSIGN_OR_RETURN_INNER(ANNALS_CONCAT(annals_status_or_, __LINE__), declaration, expression)
#define ASSIGN_OR_RETURN_INNER(result, declaration, expression) \
  auto result = (expression);                                   \
  if (!result.ok()) return std::move(result).status();          \
  declaration = *std::move(result)
