#include "signaling/signal_text.hpp"

#include <simdjson.h>

#include <algorithm>
#include <vector>

#include "core/json_text.hpp"
#include "signaling/nesting.hpp"

namespace pantheon::signaling {
namespace {

namespace ondemand = simdjson::ondemand;

constexpr std::size_t kFirstCapacity = 16 * 1024;

struct Fields {
  std::optional<std::string_view> to, target_user_id, socket_id, signal, data;
};

// False when a field is not what it should be.
bool take_field(ondemand::field& field, Fields& fields) {
  std::string_view name;
  if (field.unescaped_key().get(name) != simdjson::SUCCESS) return false;
  const auto take_string = [&](std::optional<std::string_view>& into) {
    std::string_view text;
    if (field.value().get_string().get(text) != simdjson::SUCCESS) return false;
    into = text;
    return true;
  };
  const auto take_raw = [&](std::optional<std::string_view>& into) {
    std::string_view text;
    if (simdjson::to_json_string(field.value()).get(text) != simdjson::SUCCESS) return false;
    into = text;
    return true;
  };
  if (name == "to") return take_string(fields.to);
  if (name == "targetUserId") return take_string(fields.target_user_id);
  if (name == "toSocketId") return take_string(fields.socket_id);
  if (name == "signal") return take_raw(fields.signal);
  if (name == "data") return take_raw(fields.data);
  return true;
}

// Of numbers with a fraction or an exponent the two parsers do not take the same ones: to simdjson
// 1e-3000000000 is 0, while core::parse_json refuses it, which would end the connection of the receiver.
bool has_only_whole_numbers(simdjson::dom::element value) {
  switch (value.type()) {
    case simdjson::dom::element_type::ARRAY:
      return std::ranges::all_of(simdjson::dom::array(value), has_only_whole_numbers);
    case simdjson::dom::element_type::OBJECT:
      return std::ranges::all_of(simdjson::dom::object(value),
                                 [](const auto& member) { return has_only_whole_numbers(member.value); });
    default:
      return value.type() != simdjson::dom::element_type::DOUBLE;
  }
}

}  // namespace

struct SignalTextReader::State {
  // A copy with the room behind it that simdjson reads beyond the end.
  bool load(std::string_view text) {
    if (text.size() + simdjson::SIMDJSON_PADDING > bytes.size()) {
      bytes.resize(std::max(kFirstCapacity, text.size() * 2) + simdjson::SIMDJSON_PADDING);
    }
    std::ranges::copy(text, bytes.begin());
    const std::size_t capacity = bytes.size() - simdjson::SIMDJSON_PADDING;
    if (checker.capacity() >= capacity) return true;
    return checker.allocate(capacity, kMaxNesting) == simdjson::SUCCESS &&
           walker.allocate(capacity, kMaxNesting) == simdjson::SUCCESS;
  }

  std::vector<char> bytes;
  simdjson::dom::parser checker;  ///< checks every value, which `walker` does not
  ondemand::parser walker;        ///< knows where each value stands in the text
};

SignalTextReader::SignalTextReader() : state_(std::make_unique<State>()) {}
SignalTextReader::~SignalTextReader() = default;

std::optional<SignalText> SignalTextReader::read(std::string_view array_text) {
  State& state = *state_;
  if (!state.load(array_text)) return std::nullopt;
  simdjson::dom::array checked;
  if (state.checker.parse(state.bytes.data(), array_text.size(), false).get(checked) != simdjson::SUCCESS ||
      checked.size() != 2 || !checked.at(1).is_object() || !has_only_whole_numbers(checked.at(1).value())) {
    return std::nullopt;
  }
  ondemand::document document;
  ondemand::array array;
  const simdjson::padded_string_view text(state.bytes.data(), array_text.size(), state.bytes.size());
  if (state.walker.iterate(text).get(document) != simdjson::SUCCESS ||
      document.get_array().get(array) != simdjson::SUCCESS) {
    return std::nullopt;
  }
  Fields fields;
  bool first = true;
  for (auto element : array) {
    if (std::exchange(first, false)) continue;
    ondemand::object object;
    if (element.get_object().get(object) != simdjson::SUCCESS) return std::nullopt;
    for (auto entry : object) {
      ondemand::field field;
      if (std::move(entry).get(field) != simdjson::SUCCESS || !take_field(field, fields)) return std::nullopt;
    }
  }
  const auto signal = fields.signal ? fields.signal : fields.data;
  const auto device_id = fields.to ? fields.to : fields.target_user_id;
  if (!signal || !(device_id || fields.socket_id)) return std::nullopt;
  return SignalText{device_id.value_or(std::string_view()), fields.socket_id, *signal};
}

std::string relayed_signal_text(std::string_view from_device, std::string_view from_socket,
                                std::string_view signal) {
  std::string text;
  text.reserve(signal.size() + from_device.size() + from_socket.size() + 72);
  text.append(R"(42["webrtc-signal",{"fromUserId":)");
  core::append_json_string(text, from_device);
  text.append(R"(,"fromSocketId":)");
  core::append_json_string(text, from_socket);
  return text.append(R"(,"signal":)").append(signal).append("}]");
}

}  // namespace pantheon::signaling
