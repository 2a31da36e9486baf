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

// "info", "warning", "error" or "critical": of a transition its own, of an override at least "warning", of a
// refusal "warning", of an error "error".
std::string_view SeverityOf(const FoldedEvent& event);

// "2026-11-20 21:16:25.123  12  run_transitioned  run r1  pending → running (start)", cut to `width`, without a
// newline.
std::string LogText(const RecordView& record, const FoldedEvent& event, std::optional<size_t> width, ColourMode colour);

}  // namespace annals
