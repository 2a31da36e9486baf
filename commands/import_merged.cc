// A part of another log at the end of this one: new positions, the same times and stories.
#include <algorithm>

#include <absl/container/btree_set.h>
#include <fmt/format.h>

#include "commands/lawfulness.h"
#include "commands/line_taker.h"
#include "commands/machine.h"
#include "commands/position_map.h"
#include "commands/sealer.h"
#include "eventstore/event_content.h"
#include "eventstore/event_entity.h"
#include "eventstore/event_type.h"
#include "projections/entity_state.h"
#include "schemas/status.h"

namespace annals {
namespace {

using Body = schema::Event::Body;

constexpr std::string_view kOperator = "import";
constexpr std::string_view kMachinePrefix = "machine/";

class MergedTaker final : public LineTaker {
 public:
  explicit MergedTaker(const MergeParts& parts) : parts_(parts), sealer_(parts.random) {
    no_command_->initRoot<schema::Command>();
  }

  absl::Status Take(LogLine& line, LogLineDecoder& decoder, uint64_t number) override {
    RETURN_IF_ERROR(parts_.appender.Begin());
    number_ = number;
    if (line.position <= last_) {
      return absl::InvalidArgumentError(
          fmt::format("position {} comes after {}: the lines are out of order, or one is given twice",
                      line.position.value, last_.value));
    }
    last_ = line.position;
    if (line.IsFull()) {
      ASSIGN_OR_RETURN(const NewEvent original, decoder.Seal(line));
      RETURN_IF_ERROR(LogLineDecoder::CheckLeaf(line, original));
    }
    RETURN_IF_ERROR(Rename(line));
    RETURN_IF_ERROR(CheckStream());
    Retime(line);
    Refer(line);
    RETURN_IF_ERROR(KeepOrDropId(line));
    return Append(line, decoder);
  }

  absl::Status Finish(uint64_t lines) override {
    if (parts_.options.source.empty() || lines == 0) return absl::OkStatus();
    RETURN_IF_ERROR(parts_.appender.Begin());
    const Value row[] = {std::string_view(parts_.options.source), static_cast<int64_t>(lines), parts_.clock.Now()};
    return parts_.appender.transaction().PutRow(ApplySourcesTable(), TableSet::kLive, row);
  }
  bool commits_in_batches() const override { return false; }

 private:
  void Remark(std::string what) { parts_.on_remark({number_, std::move(what)}); }

  absl::Status Rename(LogLine& line) {
    stream_ = line.stream;
    RenameRunsNamedIn(line.event.getBody());
    const std::string_view run_id = RunOfStream(line.stream).value_or(std::string_view{});
    const auto renamed = parts_.options.renames.find(std::string(run_id));
    if (run_id.empty() || renamed == parts_.options.renames.end()) return absl::OkStatus();
    stream_.replace(stream_.size() - run_id.size(), run_id.size(), renamed->second);
    if (!line.event.getBody().isCommandRefused()) return absl::OkStatus();
    auto refused = line.event.getBody().getCommandRefused();
    if (View(refused.asReader().getEntity()) == renamed->first && View(refused.asReader().getMachine()) == "run") {
      refused.setEntity(AsText(renamed->second));
    }
    return absl::OkStatus();
  }

  // What is outside runs speaks of them by name.
  void RenameRunsNamedIn(Body::Builder body) {
    const auto rename = [&](auto move) {
      const auto renamed = parts_.options.renames.find(std::string(View(move.asReader().getRunId())));
      if (renamed != parts_.options.renames.end()) move.setRunId(AsText(renamed->second));
    };
    const auto rename_in = [&](auto moved) {
      if (moved.hasWorker()) rename(moved.getWorker());
      if (moved.hasRequest()) rename(moved.getRequest());
    };
    if (body.isTransitioned()) rename_in(body.getTransitioned());
    if (body.isAmended()) rename_in(body.getAmended());
    if (body.isCreated() && body.getCreated().hasRequest()) rename(body.getCreated().getRequest());
  }

  // A stream comes as a whole, from its beginning, or not at all. Notes are no story of one thing, and a machine may be
  // defined again.
  absl::Status CheckStream() {
    const std::string_view stream = SubjectOf(stream_);
    if (stream == kNoteStream || stream.starts_with(kMachinePrefix) || streams_.contains(stream)) {
      return absl::OkStatus();
    }
    ASSIGN_OR_RETURN(const StreamVersion version, parts_.appender.transaction().VersionOf(stream));
    streams_.emplace(stream);
    if (version.value == 0) return absl::OkStatus();
    if (const auto run_id = RunOfStream(stream)) {
      return absl::AbortedError(
          fmt::format("run {0} is in this log already; give it another name here with --rename {0}=NEW", *run_id));
    }
    return absl::AbortedError(fmt::format(
        "{} is in this log already, and two histories of it cannot become one; export the runs that are wanted, with "
        "annals export --run",
        stream));
  }

  // The event claims its own time; it is recorded now.
  void Retime(LogLine& line) {
    if (line.event.getOccurredAt() == 0) line.event.setOccurredAt(line.event.getRecordedAt());
    const Timestamp now = std::max(parts_.clock.Now(), parts_.appender.transaction().head().recorded_at);
    line.event.setRecordedAt(now.micros);
  }

  // Where the event that this one speaks of stands here; 0 where it does not.
  uint64_t Here(uint64_t there, std::string_view what) {
    if (there == 0) return 0;
    if (const std::optional<Position> here = positions_.Find({there})) return here->value;
    ++parts_.report.dangling;
    Remark(fmt::format("its {} is position {}, which was not imported; the reference is dropped", what, there));
    return 0;
  }

  void Refer(LogLine& line) {
    line.event.setCausation(Here(line.event.getCausation(), "cause"));
    auto body = line.event.getBody();
    if (body.isStepCompleted()) {
      auto completed = body.getStepCompleted();
      completed.setAttempt(Here(completed.getAttempt(), "attempt"));
    } else if (body.isContentRedacted()) {
      auto redacted = body.getContentRedacted();
      redacted.setPosition(Here(redacted.getPosition(), "redacted content"));
    }
  }

  // A command id stays one where this log does not know it yet and its digest came along; the events of one command
  // stand together.
  absl::Status KeepOrDropId(LogLine& line) {
    const auto event = line.event.asReader();
    new_id_ = false;
    if (!event.hasCommandId()) return absl::OkStatus();
    const std::string command_id(View(event.getCommandId()));
    if (command_id == kept_id_) return absl::OkStatus();
    const bool has_digest = event.hasCommandDigest() && line.command_salt;
    if (has_digest && command_id != dropped_id_) {
      ASSIGN_OR_RETURN(const bool is_taken, parts_.appender.HasCommandId(command_id));
      if (!is_taken) {
        kept_id_ = command_id;
        new_id_ = true;
        return absl::OkStatus();
      }
    }
    if (command_id != dropped_id_) {
      dropped_id_ = command_id;
      ++parts_.report.without_id;
      Remark(fmt::format("its command id {} is {}; it is dropped", command_id,
                         has_digest ? "taken" : "known without its digest"));
    }
    line.event.disownCommandId();
    line.event.disownCommandDigest();
    return absl::OkStatus();
  }

  absl::StatusOr<NewEvent> Seal(LogLine& line, LogLineDecoder& decoder) {
    if (line.IsFull() && !changed_) return decoder.Seal(line);
    EventDraft draft;
    draft.event = line.event;
    draft.json = line.json;
    draft.text = changed_ ? std::string_view(reason_) : line.text;
    const bool is_produced = IsProduced(line.event.asReader().getBody());
    draft.origin = is_produced ? EventDraft::Origin::kProduced : EventDraft::Origin::kStated;
    const EventTimes times{{line.event.getRecordedAt()}, {line.event.getOccurredAt()}};
    return sealer_.Seal(no_command_->getRoot<schema::Command>().asReader(), times, draft);
  }

  absl::Status Append(LogLine& line, LogLineDecoder& decoder) {
    Transaction& transaction = parts_.appender.transaction();
    ASSIGN_OR_RETURN(StreamVersion version, transaction.VersionOf(stream_));
    ++version.value;
    const Position here{transaction.head().position.value + 1};
    changed_ = false;
    ASSIGN_OR_RETURN(NewEvent sealed, Seal(line, decoder));
    ASSIGN_OR_RETURN(FoldedEvent folded, parts_.appender.Read(stream_, version, sealed));
    ASSIGN_OR_RETURN(std::string objection, FindUnlawful(stream_, folded, parts_.appender.rows(), machine_source_));
    if (!objection.empty()) {
      ASSIGN_OR_RETURN(const bool is_override, MakeOverride(line, folded, objection));
      if (!is_override) return LeaveOut(objection);
      ASSIGN_OR_RETURN(sealed, Seal(line, decoder));
      ASSIGN_OR_RETURN(folded, parts_.appender.Read(stream_, version, sealed));
      ASSIGN_OR_RETURN(const std::string still, FindUnlawful(stream_, folded, parts_.appender.rows(), machine_source_));
      if (!still.empty()) return LeaveOut(objection);
      ++parts_.report.overridden;
      Remark(fmt::format("{}; imported as an override", objection));
    }
    RETURN_IF_ERROR(parts_.appender.Append(stream_, version, sealed, folded));
    if (new_id_) RETURN_IF_ERROR(parts_.appender.KeepCommandId(kept_id_, here, BytesOf(*line.command_salt)));
    positions_.Add(line.position, here);
    ++parts_.report.events;
    return absl::OkStatus();
  }

  absl::Status LeaveOut(const std::string& objection) {
    ++parts_.report.left_out;
    kept_id_.clear();
    Remark(fmt::format("{}; left out", objection));
    return absl::OkStatus();
  }

  // The transition of `line` as an override along no edge, from where its entity really is. False: it is none, or its
  // entity is not there.
  absl::StatusOr<bool> MakeOverride(LogLine& line, const FoldedEvent& event, const std::string& objection) {
    if (!line.event.getBody().isTransitioned()) return false;
    auto moved = line.event.getBody().getTransitioned();
    const absl::StatusOr<const Machine*> machine = FindMachine(View(moved.asReader().getMachine()));
    if (!machine.ok()) return false;
    ASSIGN_OR_RETURN(const std::string from,
                     StateOf(EntityOf(event.event, event.stream), event.run_id, parts_.appender.rows()));
    if (from.empty()) return false;
    changed_ = true;
    reason_ = fmt::format("imported although unlawful: {}", objection);
    if (!line.text.empty()) reason_ += fmt::format("; its own reason: {}", line.text);
    SetName(moved.getFrom(), from);
    SetName(moved.getTrigger(), "");
    moved.setSeverity(schema::Severity::WARNING);
    moved.setFinal((*machine)->IsTerminal(View(moved.asReader().getTo())));
    moved.setOperator(AsText(kOperator));
    moved.setByHand(false);
    return true;
  }

  const MergeParts parts_;
  MachineShelf machines_;
  MachineSource machine_source_ = machines_.From(parts_.appender.rows());
  Sealer sealer_;
  // Behind a pointer: its destructor may throw.
  const std::unique_ptr<capnp::MallocMessageBuilder> no_command_ = std::make_unique<capnp::MallocMessageBuilder>();
  PositionMap positions_;
  absl::btree_set<std::string, std::less<>> streams_;  // met so far: they begin here
  Position last_;                                      // of the other log
  uint64_t number_ = 0;
  std::string stream_;                // of the line at hand, as it is called here
  std::string kept_id_, dropped_id_;  // of the command at hand
  bool new_id_ = false;               // this line is the first of that command
  bool changed_ = false;
  std::string reason_;
};

}  // namespace

std::unique_ptr<LineTaker> TakeMerged(const MergeParts& parts) {
  return std::make_unique<MergedTaker>(parts);
}

}  // namespace annals
