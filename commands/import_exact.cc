// The same log again: every event at its own position, with its own bytes.
#include <absl/container/btree_set.h>
#include <fmt/format.h>

#include "commands/lawfulness.h"
#include "commands/line_taker.h"
#include "schemas/status.h"

namespace annals {
namespace {

class ExactTaker final : public LineTaker {
 public:
  ExactTaker(Storage& storage, RawAppender& appender, LineImportReport& report)
      : storage_(storage), appender_(appender), report_(report) {}

  absl::Status Take(LogLine& line, LogLineDecoder& decoder, uint64_t) override {
    if (!line.IsFull()) {
      return absl::InvalidArgumentError(
          "it has no leaf_hash; export the log with annals export, or annals log --json --full");
    }
    const Position next{done_.value + 1};
    if (line.position != next) {
      return absl::InvalidArgumentError(
          fmt::format("it holds position {}, but {} comes next: lines are missing, given twice or out of order; export "
                      "the log again",
                      line.position.value, next.value));
    }
    ASSIGN_OR_RETURN(const bool is_there, Compare(line));
    if (is_there) {
      ++report_.skipped;
    } else {
      RETURN_IF_ERROR(Append(line, decoder));
      ++report_.events;
    }
    done_ = next;
    NoteRedaction(line);
    return absl::OkStatus();
  }

  absl::Status Finish(uint64_t) override {
    EndComparing();
    if (redacted_.empty()) return absl::OkStatus();
    return absl::DataLossError(
        fmt::format("position {} has lost its content, and no event says that it was redacted: the file was altered",
                    *redacted_.begin()));
  }
  bool commits_in_batches() const override { return true; }

 private:
  // Whether the log holds this event already.
  //   kAborted  it holds another one there
  absl::StatusOr<bool> Compare(const LogLine& line) {
    if (compared_) return false;
    if (snapshot_ == nullptr) {
      ASSIGN_OR_RETURN(snapshot_, storage_.Read());
      ASSIGN_OR_RETURN(present_, snapshot_->ReadLog({}));
    }
    ASSIGN_OR_RETURN(const RecordView* const record, present_->Next());
    if (record == nullptr) {
      // There may be no snapshot beside the transaction that comes now.
      EndComparing();
      compared_ = true;
      return false;
    }
    if (record->position == line.position && IsKeptOf(*line.leaf_hash, record->kept_leaf)) return true;
    return absl::AbortedError(
        fmt::format("position {} of this log holds another event: the two logs went apart there; import into an empty "
                    "database",
                    line.position.value));
  }

  void EndComparing() {
    present_.reset();
    snapshot_.reset();
  }

  // A content goes before the event that says so.
  void NoteRedaction(const LogLine& line) {
    if (line.IsRedacted()) redacted_.insert(line.position.value);
    const auto body = line.event.asReader().getBody();
    if (body.isContentRedacted()) redacted_.erase(body.getContentRedacted().getPosition());
  }

  absl::Status Append(LogLine& line, LogLineDecoder& decoder) {
    RETURN_IF_ERROR(appender_.Begin());
    const Head& head = appender_.transaction().head();
    if (head.position != done_) {
      return absl::AbortedError(
          fmt::format("others wrote meanwhile: the log went from position {} to {}", done_.value, head.position.value));
    }
    ASSIGN_OR_RETURN(const NewEvent sealed, decoder.Seal(line));
    RETURN_IF_ERROR(LogLineDecoder::CheckLeaf(line, sealed));
    if (sealed.recorded_at < head.recorded_at) {
      return absl::InvalidArgumentError(
          fmt::format("position {}: /recorded_at: it lies before that of the position before, {}", line.position.value,
                      FormatTimestamp(head.recorded_at)));
    }
    ASSIGN_OR_RETURN(const StreamVersion version, appender_.transaction().VersionOf(line.stream));
    if (line.version.value != version.value + 1) {
      return absl::InvalidArgumentError(fmt::format("position {}: /version: {} of {} comes next, not {}",
                                                    line.position.value, version.value + 1, line.stream,
                                                    line.version.value));
    }
    ASSIGN_OR_RETURN(const FoldedEvent folded, appender_.Read(line.stream, line.version, sealed));
    ASSIGN_OR_RETURN(const std::string objection, FindUnlawful(line.stream, folded, appender_.rows(), machine_source_));
    if (!objection.empty()) {
      return absl::FailedPreconditionError(
          fmt::format("position {} is unlawful: {}; nothing behind it was imported", line.position.value, objection));
    }
    RETURN_IF_ERROR(KeepCommandId(line));
    return appender_.Append(line.stream, line.version, sealed, folded);
  }

  absl::Status KeepCommandId(const LogLine& line) {
    const auto event = line.event.asReader();
    if (!event.hasCommandDigest()) return absl::OkStatus();
    const std::string_view command_id = View(event.getCommandId());
    ASSIGN_OR_RETURN(const bool is_taken, appender_.HasCommandId(command_id));
    if (is_taken) {
      return absl::InvalidArgumentError(
          fmt::format("position {}: /command_id: {} is that of an earlier command", line.position.value, command_id));
    }
    return appender_.KeepCommandId(command_id, line.position,
                                   line.command_salt ? BytesOf(*line.command_salt) : std::string_view{});
  }

  Storage& storage_;
  RawAppender& appender_;
  MachineShelf machines_;
  MachineSource machine_source_ = machines_.From(appender_.rows());
  LineImportReport& report_;
  std::unique_ptr<Snapshot> snapshot_;  // while events that are there already are compared
  std::unique_ptr<RecordCursor> present_;
  bool compared_ = false;
  absl::btree_set<uint64_t> redacted_;  // positions whose content is gone, and no event so far says why
  Position done_;
};

}  // namespace

std::unique_ptr<LineTaker> TakeExactly(Storage& storage, RawAppender& appender, LineImportReport& report) {
  return std::make_unique<ExactTaker>(storage, appender, report);
}

}  // namespace annals
