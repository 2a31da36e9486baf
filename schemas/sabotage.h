// Deliberate breakages of the engine, by which the tests are tried: tests/sabotage/saboteurs.txt lists them, and
// `./dev sabotage` sets each to work and sees its test fail. Only a build with ANNALS_SABOTAGE has them: in any other
// the answer is known when it is compiled, and nothing is left of the question.
#pragma once

#include <cstdlib>
#include <string_view>

namespace annals {

#ifdef ANNALS_SABOTAGE
// Whether the saboteur of that name is at work: ANNALS_SABOTEUR names him.
inline bool IsSabotaged(std::string_view saboteur) {
  static const char* const at_work = std::getenv("ANNALS_SABOTEUR");
  return at_work != nullptr && at_work == saboteur;
}
#else
constexpr bool IsSabotaged(std::string_view /*saboteur*/) {
  return false;
}
#endif

}  // namespace annals
