// One event of the log, as `annals log` prints it: a transition's JSON line, or a line for people (SPEC §7).
// Whole events as JSON: projections/log_json.h.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "cli/terminal.h"
#include "eventstore/event_entity.h"
#include "eventstore/storage.h"
#include "projections/projector.h"
#include "schemas/json_writer.h"

namespace annals {

// An event seen as a transition asked for: of a lawful one, an override or a refusal. Views live as long as the event.
struct TransitionView {
  std::string_view entity_type;
  std::string_view entity_id;
  std::string_view from, to, trigger;  // empty: there is none
  std::string_view severity;
  std::string_view operator_name;
  std::string_view reason;
  std::string_view kind;  // lawful, refused, override
};
std::optional<TransitionView> TransitionOf(const FoldedEvent& event);
void WriteTransitionLine(const FoldedEvent& event, const TransitionView& transition, JsonWriter& out);

// What the event is about: "run" and "r1", "workstream" and "a"; of a note its run, or its stream alone.
EntityRef EntityOf(const RecordView& record, const FoldedEvent& event);

// What people call a kind of entity, on the command line too: "gate" for "test_gate", most as they are; and back.
std::string_view ShortKind(std::string_view machine);
std::string_view MachineOfKind(std::string_view kind);

// "info", "warning", "error" or "critical": of a transition its own, of an override at least "warning", of a
// refusal "warning", of an error "error".
std::string_view SeverityOf(const FoldedEvent& event);

// One event as the columns of `annals log`; texts are Printable().
struct LogCells {
  Position position;
  Timestamp recorded_at;
  std::string type;     // "task_transitioned"
  std::string about;    // "task r1/t1"
  std::string summary;  // "queued → running (assign), worker w1"
  Ink ink = Ink::kPlain;
};

// Lines of events below each other:
//
//   2026-11-20 21:16:25.123    12  run_transitioned  run r1  pending → running (start)
//
// and on a narrow terminal, where the type would leave no room for what happened:
//
//   11-20 21:16:25    12  run r1  pending → running
class LogColumns {
 public:
  // `width`: of the terminal; nothing is cut without one.
  LogColumns(std::optional<size_t> width, ColourMode colour)
      : width_(width), colour_(colour), about_columns_(IsNarrow() ? 10 : 18) {}

  // The summary says as much as the width has room for.
  LogCells CellsOf(const RecordView& record, const FoldedEvent& event) const;
  // Makes the columns wide enough for `cells`; they never shrink, so that lines which follow stay aligned.
  void Widen(const LogCells& cells);
  // Without a newline, cut to the width.
  std::string Line(const LogCells& cells);
  std::string Line(const RecordView& record, const FoldedEvent& event) { return Line(CellsOf(record, event)); }

 private:
  static constexpr size_t kNarrowWidth = 120;
  // What is longer pushes its own line to the right.
  static constexpr size_t kMaxTypeColumns = 30, kMaxAboutColumns = 40, kMaxNarrowAboutColumns = 24;
  bool IsNarrow() const { return width_ && *width_ < kNarrowWidth; }

  std::optional<size_t> width_;
  ColourMode colour_;
  // What most lines need: lines that were printed cannot be aligned any more.
  size_t position_columns_ = 4, type_columns_ = 23, about_columns_;
};

}  // namespace annals
