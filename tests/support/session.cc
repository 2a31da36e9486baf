#include "tests/support/session.h"

#include <deque>
#include <stdexcept>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "tests/support/commands.h"
#include "tests/support/must.h"

namespace annals::support {
namespace {

std::string LineOf(const Refusal& refusal) {
  return fmt::format("{} {}: {} -> {} by '{}', because {}; legal: {}", refusal.machine, refusal.entity, refusal.from,
                     refusal.to, refusal.trigger, refusal.why, fmt::join(refusal.legal, " "));
}

std::string LineOf(const Preview& preview) {
  std::string line = fmt::format("would go to {}", preview.stream);
  if (preview.refusal) line += fmt::format(", refused {}", LineOf(*preview.refusal));
  for (const Preview::Event& event : preview.events) {
    line += fmt::format(", #{} v{} {}", event.position.value, event.version.value, event.event_type);
  }
  return line;
}

}  // namespace

std::string LineOf(const Answer& answer) {
  if (const auto* const receipt = std::get_if<Receipt>(&answer)) {
    return fmt::format("done at {} to {} of {}, version {}, '{}', run '{}', ws '{}', attempt {}{}",
                       receipt->first_position.value, receipt->last_position.value, receipt->stream,
                       receipt->version.value, receipt->state, receipt->run_id, receipt->ws_id,
                       receipt->attempt_id.value_or(0), receipt->repeat ? ", a repeat" : "");
  }
  if (const auto* const refused = std::get_if<Refused>(&answer)) {
    return fmt::format("refused at {} of {}: {}{}", refused->position.value, refused->stream, LineOf(refused->refusal),
                       refused->repeat ? ", a repeat" : "");
  }
  if (const auto* const preview = std::get_if<Preview>(&answer)) return LineOf(*preview);
  return std::get<absl::Status>(answer).ToString();
}

void Session::Restart(Storage& storage, size_t cache_bytes) {
  engine_ = std::make_unique<Engine>(storage, clock_, random_, Engine::Options{.cache_bytes = cache_bytes});
}

std::vector<Answer> Session::ExecuteAll(const std::vector<std::string>& commands) {
  std::deque<JsonCommand> parsed;
  std::vector<schema::Command::Reader> readers;
  for (const std::string& command : commands) readers.push_back(parsed.emplace_back(command).reader());
  return Must(engine_->Execute(readers));
}

Answer Session::Execute(const std::string& command) {
  return ExecuteAll({command}).at(0);
}

template <class Kind>
Kind Session::Expect(const std::string& command) {
  Answer answer = Execute(command);
  if (auto* const expected = std::get_if<Kind>(&answer)) return *std::move(expected);
  throw std::runtime_error(fmt::format("{}: {}", command, LineOf(answer)));
}

Receipt Session::Accept(const std::string& command) {
  return Expect<Receipt>(command);
}
Refused Session::Refuse(const std::string& command) {
  return Expect<Refused>(command);
}
absl::Status Session::Fail(const std::string& command) {
  return Expect<absl::Status>(command);
}
Preview Session::Foresee(const std::string& command) {
  return Expect<Preview>(command);
}

}  // namespace annals::support
