// The kinds of entity that can be asked about, as a table: a new kind is a row of it and the functions it names.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include <absl/status/statusor.h>
#include <absl/types/span.h>

#include "commands/machine.h"
#include "commands/why.h"
#include "commands/why_story.h"
#include "projections/rows.h"
#include "schemas/command.capnp.h"

namespace annals::why {

// What is looked at. `rows` are attached to `snapshot`.
struct Inquiry {
  Snapshot& snapshot;
  Rows& rows;
  const Story& story;
  Timestamp now;
};

// An entity that exists, and where it is.
struct Subject {
  EntityName name;
  std::string title;
  std::string state;
  bool is_final = false;
  std::string run_id;          // empty: it is in no run
  std::string ws_id = {};      // empty: it is in no workstream
  std::string stream = {};     // where its events stand; empty: in its run's
  std::string step_name = {};  // of attempts and errors
  std::string digest = {};     // of requests: of what waits for approval
  // That moves it; nullptr: none does. Keeps the definition of a user's.
  std::shared_ptr<const Machine> machine = nullptr;
};
// Subject::machine of a built-in one, which nothing need keep.
std::shared_ptr<const Machine> Unowned(const Machine& machine);

// A command that somebody could give, as the engine takes it and as a shell does.
struct Candidate {
  std::function<void(schema::Command::Builder)> fill;
  std::string line;
  std::string to = {};
  std::string trigger = {};
  std::string meaning = {};
  const Edge* edge = nullptr;  // it would follow
  // A guard about what only the caller knows: a word of `line` stands for that, and it counts as given.
  std::string_view left_open = {};
};

struct Kind {
  std::string_view name;
  std::string_view alias;  // empty: none
  bool is_in_run;          // its names are unique within a run only
  // kNotFound, kInvalidArgument as Explain() has them.
  absl::StatusOr<Subject> (*find)(Snapshot& snapshot, Rows& rows, const EntityName& name);
  // The states it can be brought to where there is no machine.
  absl::Span<const std::string_view> ends;
  // The command that brings it to `to`. nullptr: none does.
  Candidate (*move)(const Subject& subject, std::string_view to, std::string_view trigger);
  // Commands that leave its state as it is.
  std::vector<Candidate> (*records)(const Subject& subject);
  // What matters about it beside its state.
  absl::StatusOr<std::vector<Sentence>> (*findings)(const Inquiry& inquiry, const Subject& subject);
};

absl::Span<const Kind> AllKinds();
// By name or alias; kInvalidArgument with the nearest right name.
absl::StatusOr<const Kind*> FindKind(std::string_view name);

// The kinds that an EntityLaw describes beyond run and workstream, and those of users' machines (why_entities.cc).
absl::Span<const Kind> EntityKinds();

// What is told of each kind (why_findings.cc).
absl::StatusOr<std::vector<Sentence>> FindingsOfRun(const Inquiry& inquiry, const Subject& subject);
absl::StatusOr<std::vector<Sentence>> FindingsOfWorkstream(const Inquiry& inquiry, const Subject& subject);
absl::StatusOr<std::vector<Sentence>> FindingsOfRecord(const Inquiry& inquiry, const Subject& subject);

}  // namespace annals::why
