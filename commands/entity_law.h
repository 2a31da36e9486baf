// What the law knows of each kind of entity beyond its machine, as a table; and the one way entities are created and
// moved, whatever their kind.
#pragma once

#include <functional>
#include <initializer_list>
#include <optional>
#include <string>
#include <string_view>

#include <absl/status/statusor.h>

#include "commands/transition.h"

namespace annals {

// How an entity stands.
struct EntityState {
  std::string_view status;
  std::string_view ws_id = {};  // the workstream it is part of
};

// A command about an entity, whatever its kind.
struct EntityCommand {
  std::string_view id;
  std::string_view ws_id = {};  // where it is given, the entity must be of this workstream
  std::string_view to = {};
  std::string_view trigger = {};
  std::string_view reason = {};
  std::string_view metadata = {};
  std::string_view operator_name = {};
  // What the move carries that the engine knows and no command says.
  std::function<void(schema::Transitioned::Builder moved)> fill = nullptr;
};

struct EntityLaw {
  const Machine& (*machine)();
  // "worker/"; empty: it is in a run, and its events stand in the run's stream.
  std::string_view stream_prefix;
  // What shows those there are: "annals worker list".
  std::string_view list_command;
  // Looks the entity up and shows its row to guards. Nothing where there is none.
  absl::StatusOr<std::optional<EntityState>> (*find)(std::string_view run_id, std::string_view id, GuardInput& seen);
  // Fills what a new entity of its kind has beyond a state. kInvalidArgument, kNotFound: the command makes no sense.
  absl::Status (*begin)(const DecisionInput& input, schema::Created::Builder created, EventDraft& draft) = nullptr;
  // What is against what a new entity names: "" if nothing is. kInvalidArgument, kNotFound: it makes no sense, or is
  // not there.
  absl::StatusOr<std::string> (*check)(std::string_view run_id, schema::Created::Reader created, Rows& rows) = nullptr;
  // Fills what a move to `to` carries, and says what is against it that not even an override sets aside: "" if nothing
  // is. `by_engine`: it was not asked for by input.command.
  absl::StatusOr<std::string> (*carry)(const DecisionInput& input, bool by_engine, const GuardInput& seen,
                                       std::string_view to, schema::Transitioned::Builder moved,
                                       EventDraft& draft) = nullptr;

  bool IsInRun() const { return stream_prefix.empty(); }
};

// nullptr: a machine that a user defined, or none.
const EntityLaw* FindLaw(std::string_view machine);
extern const EntityLaw kRunLaw, kWorkstreamLaw, kTaskLaw, kWorkerLaw, kPatchLaw, kTestGateLaw, kCircuitBreakerLaw,
    kRequestLaw;

// By which an override approves: no person's.
inline constexpr std::string_view kOverrideAuthority = "override";

// An entity that is there.
struct Entity {
  const EntityLaw* law;  // nullptr: of a machine that a user defined
  const Machine& machine;
  std::string_view id;
  EntityState state;
  std::string stream;  // empty: that of the run
  GuardInput seen;
};
// kNotFound says what to look at.
absl::StatusOr<Entity> NeedEntity(const EntityLaw& law, const EntityCommand& command, const DecisionInput& input);

// What something names is there; kNotFound says what to look at. Shows its row as guards see it.
absl::StatusOr<GuardInput> NeedNamed(const EntityLaw& law, std::string_view run_id, std::string_view id, Rows& rows);
// What a new entity needs, by a field that names entities of its run: each once, not itself, not too many, and all
// there.
struct Needs {
  std::string_view field;
  const EntityLaw& law;  // of what is needed
  capnp::List<capnp::Text>::Reader names;
};
absl::Status CheckNeeds(const EntityLaw& law, std::string_view id, std::initializer_list<Needs> needs,
                        std::string_view run_id, Rows& rows);

// Why no entity of that name may be created: its run or workstream has ended, or it is there already. `refusal.ws_id`
// says in which workstream. Deciders ask it, and whoever checks a log.
Decision JudgeNewEntity(const EntityLaw& law, std::string_view run_id, std::string_view id, std::string_view ws_id,
                        Rows& rows);
// The parts of it that entities of users' machines share: that one which is there, and is `status`, is not made again,
Refusal RefuseExisting(const Machine& machine, std::string_view id, std::string_view status,
                       std::string_view run_id = {}, std::string_view ws_id = {});
// and what the event of any creation says.
schema::Created::Builder FillCreated(const Machine& machine, const EntityCommand& command, std::string stream,
                                     EventDraft& draft);
// Drafts the creation of an entity, or refuses it.
Decision CreateEntity(const EntityLaw& law, const EntityCommand& command, const DecisionInput& input);
// Drafts its move, or refuses it. `by_engine`: nobody asked for it, so that there is no override and no claim.
Decision MoveEntity(const EntityLaw& law, const EntityCommand& command, const DecisionInput& input,
                    bool by_engine = false);
// The same of one that was looked up.
Decision MoveEntity(Entity& entity, const EntityCommand& command, const DecisionInput& input, bool by_engine = false);

// Those fields of a command's body that EntityCommand has. `id` is the body's own.
template <class Body>
EntityCommand EntityCommandOf(Body body, capnp::Text::Reader id) {
  const auto view = [](capnp::Text::Reader text) { return std::string_view(text.begin(), text.size()); };
  EntityCommand command{.id = view(id)};
  if constexpr (requires { body.getWsId(); }) command.ws_id = view(body.getWsId());
  if constexpr (requires { body.getTo(); }) command.to = view(body.getTo());
  if constexpr (requires { body.getTrigger(); }) command.trigger = view(body.getTrigger());
  if constexpr (requires { body.getReason(); }) command.reason = view(body.getReason());
  if constexpr (requires { body.getMetadata(); }) command.metadata = view(body.getMetadata());
  if constexpr (requires { body.getOperator(); }) command.operator_name = view(body.getOperator());
  return command;
}

// EntityLaw::find of the rows in `kRows`, shown to guards as `kSeen`.
template <auto kRows, auto kSeen>
absl::StatusOr<std::optional<EntityState>> FindEntity(std::string_view run_id, std::string_view id, GuardInput& seen) {
  auto& rows = seen.rows.*kRows;
  const auto found = rows.type().lookup().size() == 1 ? rows.Find({id}) : rows.Find({run_id, id});
  if (!found.ok()) return found.status();
  seen.*kSeen = *found;
  if (*found == nullptr) return std::nullopt;
  EntityState state{.status = (*found)->status};
  if constexpr (requires { std::string_view((*found)->ws_id); }) state.ws_id = (*found)->ws_id;
  if constexpr (requires { (*found)->ws_id->size(); }) {
    if ((*found)->ws_id) state.ws_id = *(*found)->ws_id;
  }
  return state;
}

// `given` where it is there, else `otherwise`. kInvalidArgument: above `most`.
absl::StatusOr<uint32_t> CountOr(bool is_given, schema::OptionalInt64::Reader given, uint32_t otherwise, uint32_t most,
                                 std::string_view name);

}  // namespace annals
