// Why an entity is in its state: the events that led there, what holds it up, which commands the law takes now and
// which it would refuse. Every sentence names the positions of the events it rests on. Nothing here knows a terminal, a
// clock or which database the snapshot came from; the snapshot may be of any time.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <absl/status/statusor.h>

#include "eventstore/storage.h"

namespace annals::why {

struct EntityName {
  std::string kind;    // one of KindNames()
  std::string run_id;  // of what is named within a run; else empty
  std::string id;
  bool operator==(const EntityName&) const = default;
};
// "workstream b".
std::string TextOf(const EntityName& name);

// `rests_on` are positions of events, oldest first, and each of them stands in the text; at least one.
struct Sentence {
  std::string text;
  std::vector<Position> rests_on;
};

enum class HappeningKind { kCreated, kMoved, kOverridden, kRefused, kStarted, kFinished, kRecorded };
// "created", …
std::string_view NameOf(HappeningKind kind);

// One event of the chain.
struct Happening {
  Position position;
  Timestamp time;
  EntityName about;
  HappeningKind kind = HappeningKind::kMoved;
  std::string from, to, trigger;  // where it was a move, or one that was wanted; `to` is also how an attempt ended
  std::string actor;
  std::string operator_name;  // of an override
  std::string what;           // was recorded, where it is not an error: "failure recorded"
  std::string reason;         // as it was stated, or why it was refused, or the message of an error
  Position cause;             // the event that led to this one; 0 where a caller did
  std::string text;           // what happened, on one line; `position` and `cause` are what it rests on
};

// Why a command would be refused.
struct Objection {
  std::string guard;  // its name; empty: no guard, but a rule that not even an override sets aside
  Sentence saw;
};

// A command about the entity.
struct PossibleCommand {
  std::string to;       // the state it would reach; empty where it moves nothing
  std::string trigger;  // where it follows an edge
  std::string meaning;
  std::string line;  // for a shell; words in capitals are to be filled in
  std::vector<Objection> objections;
  bool IsLegal() const { return objections.empty(); }
};

// An entity that holds another one up.
struct Blocker {
  EntityName entity;
  EntityName holds_up;  // the one asked about, or another blocker
  std::string state;
  Position since;
  bool is_final = false;  // it will stay in this state
  bool is_root = false;   // nothing holds it up in turn
  Sentence sentence;
  std::vector<Sentence> findings;  // what went wrong in it
};

struct OverrideOutcome {
  bool is_possible = false;
  std::string line;   // for a shell, where it is possible
  Sentence sentence;  // how, or why not
};

struct Explanation {
  EntityName entity;
  std::string title;  // "workstream b of run r1"
  std::string state;  // empty where the kind has none
  bool is_final = false;
  Position since;  // of the event that gave it this state
  Timestamp since_time;
  Position as_of;       // the end of the log that was looked at
  Sentence headline;    // "workstream b of run r1 is blocked since 41: workstream a went to failed at 40 …"
  std::string because;  // the headline's part behind the colon
  std::vector<Sentence> findings;   // attempts, errors and counts that matter
  std::vector<Happening> history;   // in order, with what led to moves that nobody asked for
  std::vector<Happening> refusals;  // since it is in this state, in order; the newest of them
  uint64_t more_refusals = 0;       // that came before these
  std::vector<Blocker> blockers;    // nearest first, then the roots; of what one guard saw the first ten
  uint64_t more_blockers = 0;       // on the way to the roots
  std::vector<PossibleCommand> commands;
  std::optional<OverrideOutcome> override;  // of what a machine moves
};

// The kinds that can be asked about: "run", …
std::vector<std::string_view> KindNames();
// The kind that `text` names, itself or by its alias. kInvalidArgument: none; the message has the nearest right one.
absl::StatusOr<std::string_view> FindKindName(std::string_view text);
// Whether entities of the kind are named within a run.
bool IsNamedInRun(std::string_view kind);

// Reads the own streams of the entity, or of the run it is in, from end to end, and no others. `now` is what guards
// about elapsed time are asked with.
//   kInvalidArgument  `name.kind` is none, or the id cannot be one of its kind
//   kNotFound         there is no such entity
absl::StatusOr<Explanation> Explain(Snapshot& snapshot, const EntityName& name, Timestamp now);

}  // namespace annals::why
