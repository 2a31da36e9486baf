#include "cli/exit_code.h"

#include <gtest/gtest.h>

namespace annals {
namespace {

// Every code there is, so that a new meaning is given on purpose (SPEC §8).
constexpr struct {
  absl::StatusCode code;
  int exit;
} kCases[] = {
    {absl::StatusCode::kOk, 0},
    {absl::StatusCode::kCancelled, 1},
    {absl::StatusCode::kUnknown, 1},
    {absl::StatusCode::kInvalidArgument, 2},
    {absl::StatusCode::kDeadlineExceeded, 1},
    {absl::StatusCode::kNotFound, 4},
    {absl::StatusCode::kAlreadyExists, 5},
    {absl::StatusCode::kPermissionDenied, 1},
    {absl::StatusCode::kResourceExhausted, 1},
    {absl::StatusCode::kFailedPrecondition, 3},
    {absl::StatusCode::kAborted, 5},
    {absl::StatusCode::kOutOfRange, 2},
    {absl::StatusCode::kUnimplemented, 1},
    {absl::StatusCode::kInternal, 1},
    {absl::StatusCode::kUnavailable, 1},
    {absl::StatusCode::kDataLoss, 6},
    {absl::StatusCode::kUnauthenticated, 1},
};

TEST(ExitCode, IsDefinedForEveryStatusCode) {
  int next = 0;
  for (const auto& [code, exit] : kCases) {
    EXPECT_EQ(static_cast<int>(code), next++) << "a code is missing from this test";
    EXPECT_EQ(ExitCodeOf(code), exit) << absl::StatusCodeToString(code);
  }
}

}  // namespace
}  // namespace annals
