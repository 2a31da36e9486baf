// annals prove: that an event is in the log, or that the log only grew.
#include <memory>

#include <fmt/format.h>

#include "cli/commands.h"
#include "cli/context.h"
#include "cli/exit_code.h"
#include "cli/output_file.h"
#include "cli/proof_json.h"
#include "eventstore/sqlite/sqlite_storage.h"
#include "schemas/status.h"

namespace annals {
namespace {

struct ProveOptions {
  std::optional<std::string> number;  // POSITION; with --consistency the second size
  std::optional<int64_t> size;
  std::optional<int64_t> first_size;
  std::optional<std::string> out;
};

struct Question {
  std::optional<uint64_t> position;
  std::optional<uint64_t> first_size;
  std::optional<uint64_t> size;  // of the newest tree where it is left out
};

absl::StatusOr<Question> ReadQuestion(const ProveOptions& options) {
  Question question;
  if (options.size) {
    if (*options.size < 0) return absl::InvalidArgumentError(fmt::format("--size: {} is below 0", *options.size));
    question.size = static_cast<uint64_t>(*options.size);
  }
  std::optional<uint64_t> number;
  if (options.number) {
    const absl::StatusOr<int64_t> read = ReadNumber(*options.number, 0);
    if (!read.ok()) return WithContext(read.status(), options.first_size ? "SIZE" : "POSITION");
    number = static_cast<uint64_t>(*read);
  }
  if (!options.first_size) {
    if (!number) {
      return absl::InvalidArgumentError("give the POSITION of an event, or --consistency SIZE for the log's growth");
    }
    question.position = number;
    return question;
  }
  if (*options.first_size < 0) {
    return absl::InvalidArgumentError(fmt::format("--consistency: {} is below 0", *options.first_size));
  }
  if (number && question.size) {
    return absl::InvalidArgumentError("--size and a second number are the same; leave one of the two out");
  }
  question.first_size = static_cast<uint64_t>(*options.first_size);
  if (number) question.size = number;
  return question;
}

absl::StatusOr<std::string> LeafInputAt(Snapshot& snapshot, Position position) {
  ASSIGN_OR_RETURN(const auto cursor, snapshot.ReadLog({.first = position, .last = position}));
  ASSIGN_OR_RETURN(const RecordView* const record, cursor->Next());
  if (record == nullptr) return absl::NotFoundError(fmt::format("there is no event at position {}", position.value));
  return EncodeLeafInput(
      {.position = position, .stream = record->stream, .version = record->version, .event = record->event});
}

absl::StatusOr<std::string> Answer(Snapshot& snapshot, const Question& question) {
  const uint64_t log_size = snapshot.head().tree.size();
  const uint64_t size = question.size.value_or(log_size);
  if (question.first_size) {
    ASSIGN_OR_RETURN(const ConsistencyProof proof, ProveConsistency(snapshot, *question.first_size, size));
    return ToJson(proof);
  }
  if (*question.position > log_size) {
    return absl::NotFoundError(
        fmt::format("there is no event at position {}: the log has {} events", *question.position, log_size));
  }
  EventProof proof{.position = *question.position, .leaf_input = {}, .inclusion = {}};
  ASSIGN_OR_RETURN(proof.inclusion, ProveInclusion(snapshot, {proof.position}, size));
  ASSIGN_OR_RETURN(proof.leaf_input, LeafInputAt(snapshot, {proof.position}));
  return ToJson(proof);
}

absl::StatusOr<int> Prove(Context& context, const ProveOptions& options) {
  ASSIGN_OR_RETURN(const Question question, ReadQuestion(options));
  ASSIGN_OR_RETURN(SqliteStorage* const storage, context.OpenForReading());
  ASSIGN_OR_RETURN(const auto snapshot, storage->Read());
  ASSIGN_OR_RETURN(const std::string answer, Answer(*snapshot, question));
  RETURN_IF_ERROR(WriteDocument(options.out, answer + '\n', context.out()));
  return kExitDone;
}

}  // namespace

Command ProveCommand() {
  const auto options = std::make_shared<ProveOptions>();
  return {
      .name = "prove",
      .summary = "Prove an event, or that the log only grew",
      .details =
          "Prints JSON that annals check-proof, or any tool that knows RFC 6962, checks without the database. "
          "--consistency SIZE proves that the log of SIZE events is the beginning of the newest one, or of the one "
          "with as many events as the number behind it. A proof holds against a root, so give it with a seal of the "
          "same size.",
      .example = "annals prove 12 --out 12.proof\nannals prove 12 --size 1000\nannals prove --consistency 1000 2000",
      .arguments = {Place("POSITION", &options->number, "the event; with --consistency the second size"),
                    Option("--size", "N", &options->size, "in the log as it was with N events (default: the newest)"),
                    Option("--consistency", "SIZE", &options->first_size,
                           "that the log of SIZE events is the beginning of the later one"),
                    FileNamed(
                        Option("--out", "FILE", &options->out, "where the proof goes (default: standard output)"))},
      .run = [options](Context& context) { return Prove(context, *options); }};
}

}  // namespace annals
