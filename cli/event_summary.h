// What an event says, in one line for people: `annals log`, audits and exports speak with these words. None of them is
// Printable() yet.
#pragma once

#include <string>
#include <string_view>

#include "projections/projector.h"
#include "schemas/event.capnp.h"

namespace annals {

// What an event carries beyond its kind, its entity and its states: "critical, needs a, b", "worker w1, claim 2",
// "2 files, +10 -3". Without content; empty where there is nothing to say.
std::string CarriedText(schema::Event::Reader event);

// The text of the event that is worth a line: its first line, with " …" where more follow. A plan is named as one; the
// diff of a patch is left to `annals patch show --diff`.
std::string TextOf(const FoldedEvent& event);

// The text of the event where it says why; empty where it is a document of a request or the diff of a patch.
std::string_view ReasonOf(const FoldedEvent& event);

// "pending → running (start): the reason", "static failure (exit 1)", "needs a {"goal":"…"}".
std::string SummaryOf(const FoldedEvent& event);

// The same where there is little room and the event's type is not shown beside it: it says what kind of event it is,
// and leaves triggers out. "created in parser, critical", "pending → running: the reason".
std::string BriefSummaryOf(const FoldedEvent& event);

}  // namespace annals
