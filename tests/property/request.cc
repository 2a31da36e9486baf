#include "tests/property/request.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

namespace annals::property {
namespace {

std::string_view CommandOf(RequestKind kind) {
  constexpr std::string_view kNames[] = {
      "create_run",  "transition_run",      "create_workstream", "transition_workstream", "start_step",
      "finish_step", "record_step_attempt", "record_error",      "record_event"};
  return kNames[static_cast<size_t>(kind)];
}

// The field that `to` and `content` of a request are in its command.
std::string_view StateFieldOf(RequestKind kind) {
  const bool moves = kind == RequestKind::kMoveRun || kind == RequestKind::kMoveWorkstream;
  return moves ? "to" : "status";
}
std::string_view ContentFieldOf(RequestKind kind) {
  switch (kind) {
    case RequestKind::kCreateRun:
    case RequestKind::kCreateWorkstream:
      return "metadata";
    case RequestKind::kFinishStep:
    case RequestKind::kRecordStep:
      return "result";
    case RequestKind::kRecordError:
      return "context";
    default:
      return "payload";
  }
}

}  // namespace

std::string Request::Text() const {
  std::string json = fmt::format(R"({{"command":"{}")", CommandOf(kind));
  const auto add = [&](std::string_view name, std::string_view text) {
    if (!text.empty()) json += fmt::format(R"(,"{}":"{}")", name, text);
  };
  add("run_id", run);
  add("ws_id", ws);
  add(StateFieldOf(kind), to);
  add("step_name", step);
  if (kind == RequestKind::kCreateWorkstream) {
    if (!needs.empty()) json += fmt::format(R"(,"depends_on":["{}"])", fmt::join(needs, R"(",")"));
    json += fmt::format(R"(,"is_critical":{})", is_critical);
  }
  if (kind == RequestKind::kFinishStep) json += fmt::format(R"(,"attempt_id":{})", attempt);
  if (kind == RequestKind::kRecordError) json += R"(,"error_code":"E","message":"broken")";
  if (kind == RequestKind::kNote) json += R"(,"event_type":"noticed")";
  add("signature", signature);
  if (!content.empty()) json += fmt::format(R"(,"{}":{})", ContentFieldOf(kind), content);
  if (overrides) json += R"(,"override":{"operator":"Olga","reason":"it must"})";
  if (sensitive) json += R"(,"sensitive":true)";
  if (expected_version) json += fmt::format(R"(,"expect_version":{})", *expected_version);
  return json + "}";
}

std::string Request::Json() const {
  std::string json = Text();
  json.pop_back();
  if (!key.empty()) json += fmt::format(R"(,"command_id":"{}")", key);
  if (dry_run) json += R"(,"dry_run":true)";
  return json + "}";
}

}  // namespace annals::property
