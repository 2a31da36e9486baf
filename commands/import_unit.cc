#include "commands/import_unit.h"

#include <string_view>
#include <utility>

#include <capnp/message.h>

#include "eventstore/event_codec.h"
#include "schemas/status.h"

namespace annals {
namespace {

// What a person wants to hear of an answer that is no receipt: the reader's byte is of a text that nobody wrote.
std::string FaultText(const absl::Status& problem) {
  std::string_view text = MessageOf(problem);
  if (constexpr std::string_view kPlace = "read the command: byte "; text.starts_with(kPlace)) {
    text.remove_prefix(text.find_first_not_of("0123456789", kPlace.size()) + 2);
  }
  return std::string(text);
}

}  // namespace

absl::StatusOr<ImportOutcome> ImportUnit::Do(const std::string& json, Timestamp time) {
  capnp::MallocMessageBuilder message;
  auto command = message.initRoot<schema::Command>();
  if (const absl::Status read = reader_.Read(json, command); !read.ok()) {
    return ImportOutcome{.position = {}, .fault = FaultText(read), .refusal = {}};
  }
  command.setActor(AsText(actor_));
  unit_.SetOccurredAt(time);
  command.setDryRun(true);
  ASSIGN_OR_RETURN(Answer judged, unit_.Execute(command.asReader()));
  auto* const preview = std::get_if<Preview>(&judged);
  if (preview != nullptr && preview->refusal) {
    std::string why = preview->refusal->why;
    return ImportOutcome{.position = {}, .fault = std::move(why), .refusal = std::move(preview->refusal)};
  }
  if (const absl::Status problem = ProblemOf(judged); !problem.ok()) {
    return ImportOutcome{.position = {}, .fault = FaultText(problem), .refusal = {}};
  }
  const Position first{end() + 1};
  command.setDryRun(false);
  ASSIGN_OR_RETURN(const Answer answer, unit_.Execute(command.asReader()));
  RETURN_IF_ERROR(ProblemOf(answer));
  return ImportOutcome{.position = first, .fault = {}, .refusal = {}};
}

absl::Status ImportUnit::Repeat(const std::string& json, Timestamp time, int64_t count) {
  capnp::MallocMessageBuilder message;
  auto command = message.initRoot<schema::Command>();
  RETURN_IF_ERROR(reader_.Read(json, command));
  command.setActor(AsText(actor_));
  unit_.SetOccurredAt(time);
  for (int64_t i = 0; i < count; ++i) {
    ASSIGN_OR_RETURN(const Answer answer, unit_.Execute(command.asReader()));
    RETURN_IF_ERROR(ProblemOf(answer));
  }
  return absl::OkStatus();
}

}  // namespace annals
