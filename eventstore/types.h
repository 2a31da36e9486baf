// The words of the log: positions, versions, streams, hashes.
#pragma once

#include <array>
#include <compare>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace annals {

// Place in the whole log, from 1 without gaps; 0 is "before the first event".
struct Position {
  uint64_t value = 0;
  auto operator<=>(const Position&) const = default;
};

// Place in one stream, from 1 without gaps; 0 is "no such stream yet".
struct StreamVersion {
  uint64_t value = 0;
  auto operator<=>(const StreamVersion&) const = default;
};

// SHA-256.
using Hash = std::array<uint8_t, 32>;
std::string HexOf(std::string_view bytes);
std::string HexOf(const Hash& hash);
// nullopt unless `hex` is an even number of lower- or upper-case hex digits.
std::optional<std::string> BytesOfHex(std::string_view hex);
inline std::string_view BytesOf(const Hash& hash) {
  return {reinterpret_cast<const char*>(hash.data()), hash.size()};
}

// Streams are the units of order and conflict: "run/<id>" is a run and all that is in it, "worker/<id>",
// "breaker/<tool>", "request/<id>", "machine/<name>" and "entity/<machine>/<id>" are what lives outside runs, "note" is
// what belongs to none of them, and "refused/<stream>" holds what was refused of a stream, so that a refusal never
// takes a version of it.
inline constexpr std::string_view kNoteStream = "note";
std::string RunStream(std::string_view run_id);
std::string RefusedStream(std::string_view stream);
// The stream that a stream of refusals is about; any other stream itself.
std::string_view SubjectOf(std::string_view stream);
// Whether rows are folded from its events: not from refusals and notes.
bool MakesRows(std::string_view stream);
// The run a stream is about, refusals included; nullopt for streams without one.
std::optional<std::string_view> RunOfStream(std::string_view stream);

}  // namespace annals
