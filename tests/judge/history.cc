#include "tests/judge/history.h"

#include <algorithm>
#include <iterator>
#include <sstream>
#include <stdexcept>
#include <utility>

namespace annals::judge {
namespace {

constexpr std::string_view kKindNames[] = {"create", "move", "note", "look"};
constexpr std::string_view kResultNames[] = {"done",   "refused", "version_conflict", "key_conflict", "not_found",
                                             "locked", "seen"};

template <class Enum, size_t N>
Enum FromName(const std::string_view (&names)[N], std::string_view name) {
  const auto* const found = std::find(std::begin(names), std::end(names), name);
  if (found == std::end(names)) throw std::runtime_error("no such word: " + std::string(name));
  return static_cast<Enum>(found - std::begin(names));
}

std::string OrDash(std::string_view text) {
  return text.empty() ? "-" : std::string(text);
}
std::string FromDash(std::string text) {
  return text == "-" ? "" : std::move(text);
}

// "call NS CLIENT NUMBER" or "return …".
std::string LineBegin(std::string_view word, uint64_t time_ns, const Attempt& attempt) {
  return std::string(word) + ' ' + std::to_string(time_ns) + ' ' + std::to_string(attempt.client) + ' ' +
         std::to_string(attempt.number) + ' ';
}

void ReadCall(std::istream& in, Attempt& attempt) {
  std::string kind, expected;
  Command& command = attempt.command;
  in >> command.key >> kind >> command.run >> command.ws >> command.to >> expected;
  if (!in) throw std::runtime_error("a word is missing");
  command.kind = FromName<Kind>(kKindNames, kind);
  command.ws = FromDash(std::move(command.ws));
  command.to = FromDash(std::move(command.to));
  if (expected != "-") command.expected = std::stoull(expected);
}

void ReadReturn(std::istream& in, Answer& answer) {
  std::string result;
  int repeat = 0;
  in >> result >> answer.position >> answer.version >> answer.state >> repeat;
  if (!in) throw std::runtime_error("a word is missing");
  answer.result = FromName<Result>(kResultNames, result);
  answer.state = FromDash(std::move(answer.state));
  answer.repeat = repeat != 0;
}

void ReadLine(const std::string& line, std::vector<Attempt>& history) {
  std::istringstream in(line);
  std::string word;
  uint64_t time_ns = 0;
  Attempt attempt;
  in >> word >> time_ns >> attempt.client >> attempt.number;
  if (word == "call") {
    attempt.called_ns = time_ns;
    ReadCall(in, attempt);
    history.push_back(std::move(attempt));
    return;
  }
  if (word != "return") throw std::runtime_error("neither a call nor a return");
  const auto called = std::find_if(history.rbegin(), history.rend(), [&](const Attempt& other) {
    return other.client == attempt.client && other.number == attempt.number;
  });
  if (called == history.rend() || called->answer) throw std::runtime_error("a return without a call");
  ReadReturn(in, called->answer.emplace());
  called->answer->returned_ns = time_ns;
}

}  // namespace

std::string CallLine(const Attempt& attempt) {
  const Command& command = attempt.command;
  return LineBegin("call", attempt.called_ns, attempt) + command.key + ' ' +
         std::string(kKindNames[static_cast<size_t>(command.kind)]) + ' ' + command.run + ' ' + OrDash(command.ws) +
         ' ' + OrDash(command.to) + ' ' + (command.expected ? std::to_string(*command.expected) : "-") + '\n';
}

std::string ReturnLine(const Attempt& attempt) {
  const Answer& answer = attempt.answer.value();
  return LineBegin("return", answer.returned_ns, attempt) +
         std::string(kResultNames[static_cast<size_t>(answer.result)]) + ' ' + std::to_string(answer.position) + ' ' +
         std::to_string(answer.version) + ' ' + OrDash(answer.state) + (answer.repeat ? " 1\n" : " 0\n");
}

void ReadHistory(std::string_view text, std::vector<Attempt>& history) {
  for (size_t end; (end = text.find('\n')) != std::string_view::npos; text.remove_prefix(end + 1)) {
    const std::string line(text.substr(0, end));
    try {
      ReadLine(line, history);
    } catch (const std::exception& exception) {
      throw std::runtime_error("history: '" + line + "': " + exception.what());
    }
  }
}

std::string Describe(const Attempt& attempt) {
  const Command& command = attempt.command;
  std::string text(kKindNames[static_cast<size_t>(command.kind)]);
  if (!command.ws.empty()) text += ' ' + command.ws;
  if (!command.to.empty()) text += (command.kind == Kind::kMove ? " to " : " ") + command.to;
  text += " in run " + command.run;
  if (command.expected) text += ", expecting version " + std::to_string(*command.expected);
  return text + ", key " + command.key + " (client " + std::to_string(attempt.client) + ", attempt " +
         std::to_string(attempt.number) + ")";
}

}  // namespace annals::judge
