#include "cluster/msgpack.hpp"

#include <fmt/format.h>

#include <bit>
#include <cmath>
#include <limits>

#include "cluster/error.hpp"
#include "core/clock.hpp"
#include "core/utf8.hpp"
#include "socketio/event.hpp"

namespace pantheon::cluster {
namespace {

namespace json = core::json;

constexpr int kMaxDepth = 32;
constexpr std::int8_t kTimestamp = -1;  // the extension type of the specification
constexpr std::int8_t kOwnType = 0;     // notepack's: undefined, and dates and ArrayBuffers of its version 2
// Dates of JavaScript lie within 10^8 days of 1970; only the years of four digits have the usual text.
constexpr std::int64_t kMinDate = -62'167'219'200'000;
constexpr std::int64_t kMaxDate = 253'402'300'799'999;

json::value number(double value) {
  return std::isfinite(value) ? json::value(value) : json::value(nullptr);
}

json::value date(std::int64_t milliseconds) {
  if (milliseconds < kMinDate || milliseconds > kMaxDate) return nullptr;
  const core::WallTime time{std::chrono::milliseconds(milliseconds)};
  const auto day = std::chrono::floor<std::chrono::days>(time);
  const std::chrono::year_month_day date(day);
  const std::chrono::hh_mm_ss clock(time - day);
  return json::value(fmt::format("{:04}-{:02}-{:02}T{:02}:{:02}:{:02}.{:03}Z", static_cast<int>(date.year()),
                                 static_cast<unsigned>(date.month()), static_cast<unsigned>(date.day()),
                                 clock.hours().count(), clock.minutes().count(), clock.seconds().count(),
                                 clock.subseconds().count()));
}

json::value timestamp(std::int64_t seconds, std::uint32_t nanoseconds) {
  if (seconds < kMinDate / 1000 || seconds > kMaxDate / 1000) return nullptr;
  return date(seconds * 1000 + nanoseconds / 1'000'000);
}

/// Takes a value from bytes. Errors are exceptions that never leave from_msgpack(): there is one at most, and
/// it ends everything.
class Reader {
 public:
  struct Malformed {
    const char* what;
  };
  explicit Reader(core::ByteView bytes) : rest_(bytes) {}

  json::value value(int depth) {
    if (depth > kMaxDepth) throw Malformed{"too deep"};
    const auto first = integer<std::uint8_t>();
    if (first < 0x80) return first;
    if (first < 0x90) return map(first & 0x0f, depth);
    if (first < 0xa0) return array(first & 0x0f, depth);
    if (first < 0xc0) return text(first & 0x1f);
    if (first >= 0xe0) return static_cast<std::int8_t>(first);
    return long_form(first, depth);
  }

  bool at_end() const { return rest_.empty(); }
  std::vector<core::ByteVector> attachments;

 private:
  json::value long_form(std::uint8_t first, int depth) {
    switch (first) {
      case 0xc0:
        return nullptr;
      case 0xc2:
        return false;
      case 0xc3:
        return true;
      case 0xc4:
        return binary(integer<std::uint8_t>());
      case 0xc5:
        return binary(integer<std::uint16_t>());
      case 0xc6:
        return binary(integer<std::uint32_t>());
      case 0xc7:
        return extension(integer<std::uint8_t>());
      case 0xc8:
        return extension(integer<std::uint16_t>());
      case 0xc9:
        return extension(integer<std::uint32_t>());
      case 0xca:
        return number(std::bit_cast<float>(integer<std::uint32_t>()));
      case 0xcb:
        return number(std::bit_cast<double>(integer<std::uint64_t>()));
      case 0xcc:
        return integer<std::uint8_t>();
      case 0xcd:
        return integer<std::uint16_t>();
      case 0xce:
        return integer<std::uint32_t>();
      case 0xcf:
        return integer<std::uint64_t>();
      case 0xd0:
        return integer<std::int8_t>();
      case 0xd1:
        return integer<std::int16_t>();
      case 0xd2:
        return integer<std::int32_t>();
      case 0xd3:
        return integer<std::int64_t>();
      case 0xd9:
        return text(integer<std::uint8_t>());
      case 0xda:
        return text(integer<std::uint16_t>());
      case 0xdb:
        return text(integer<std::uint32_t>());
      case 0xdc:
        return array(integer<std::uint16_t>(), depth);
      case 0xdd:
        return array(integer<std::uint32_t>(), depth);
      case 0xde:
        return map(integer<std::uint16_t>(), depth);
      case 0xdf:
        return map(integer<std::uint32_t>(), depth);
      default:
        return fixed_extension(first);
    }
  }

  core::ByteView take(std::size_t count) {
    if (count > rest_.size()) throw Malformed{"cut short"};
    const auto taken = rest_.first(count);
    rest_ = rest_.subspan(count);
    return taken;
  }

  template <class Integer>
  Integer integer() {
    std::make_unsigned_t<Integer> value = 0;
    for (const auto byte : take(sizeof(Integer))) {
      value = static_cast<decltype(value)>(static_cast<std::uint64_t>(value) << 8U | byte);
    }
    return static_cast<Integer>(value);
  }

  json::string text(std::size_t size) {
    const auto bytes = core::as_text(take(size));
    if (!core::is_utf8(bytes)) throw Malformed{"text that is not UTF-8"};
    return json::string(bytes);
  }

  json::value binary(std::size_t size) {
    const auto bytes = take(size);
    attachments.emplace_back(bytes.begin(), bytes.end());
    return socketio::placeholder(attachments.size() - 1);
  }

  json::value extension(std::size_t size) {
    const auto type = integer<std::int8_t>();
    if (type == kOwnType) return binary(size);
    if (type != kTimestamp || size != 12) throw Malformed{"unknown extension"};
    const auto nanoseconds = integer<std::uint32_t>();
    return timestamp(integer<std::int64_t>(), nanoseconds);
  }

  json::value fixed_extension(std::uint8_t first) {
    const auto type = integer<std::int8_t>();
    if (first == 0xd4 && type == kOwnType) {
      take(1);
      return nullptr;
    }
    if (first == 0xd6 && type == kTimestamp) return timestamp(integer<std::uint32_t>(), 0);
    if (first == 0xd7 && type == kOwnType) return date(integer<std::int64_t>());
    if (first != 0xd7 || type != kTimestamp) throw Malformed{"unknown extension"};
    const auto both = integer<std::uint64_t>();
    constexpr std::uint64_t kSeconds = (std::uint64_t{1} << 34U) - 1;
    return timestamp(static_cast<std::int64_t>(both & kSeconds), static_cast<std::uint32_t>(both >> 34U));
  }

  json::value array(std::size_t size, int depth) {
    if (size > rest_.size()) throw Malformed{"cut short"};
    json::array elements;
    for (std::size_t i = 0; i < size; ++i) elements.push_back(value(depth + 1));
    return elements;
  }

  json::value map(std::size_t size, int depth) {
    if (size > rest_.size() / 2) throw Malformed{"cut short"};
    json::object members;
    for (std::size_t i = 0; i < size; ++i) {
      const auto key = value(depth + 1);
      auto name = key.is_string() ? key.get_string() : json::string();
      if (key.is_int64() || key.is_uint64()) name = core::serialize_json(key);
      if (!key.is_string() && name.empty()) throw Malformed{"a key is neither text nor integer"};
      members[name] = value(depth + 1);
    }
    return members;
  }

  core::ByteView rest_;
};

/// Appends values in their shortest form.
class Writer {
 public:
  Writer(core::ByteVector& out, const std::vector<core::ByteVector>& attachments)
      : out_(&out), attachments_(&attachments) {}

  void value(const json::value& value) {
    switch (value.kind()) {
      case json::kind::null:
        return byte(0xc0);
      case json::kind::bool_:
        return byte(value.get_bool() ? 0xc3 : 0xc2);
      case json::kind::int64:
        return signed_integer(value.get_int64());
      case json::kind::uint64:
        return unsigned_integer(value.get_uint64());
      case json::kind::double_:
        return big_endian(0xcb, std::bit_cast<std::uint64_t>(value.get_double()));
      case json::kind::string:
        return text(value.get_string());
      case json::kind::array:
        length(value.get_array().size(), {0x90, 16, 0, 0xdc, 0xdd});
        for (const auto& element : value.get_array()) this->value(element);
        return;
      case json::kind::object:
        return object(value);
    }
  }

 private:
  /// First bytes of the forms of a length: in the byte itself below `short_limit`, then 8, 16 and 32 bits. 0:
  /// no such form.
  struct Forms {
    std::uint8_t short_form;
    std::size_t short_limit;
    std::uint8_t bits8;
    std::uint8_t bits16;
    std::uint8_t bits32;
  };

  void byte(unsigned value) { out_->push_back(static_cast<std::uint8_t>(value)); }

  template <class Unsigned>
  void big_endian(unsigned first, Unsigned value) {
    byte(first);
    for (int shift = static_cast<int>(sizeof(Unsigned) - 1) * 8; shift >= 0; shift -= 8) {
      byte(static_cast<unsigned>(static_cast<std::uint64_t>(value) >> static_cast<unsigned>(shift)) & 0xffU);
    }
  }

  void unsigned_integer(std::uint64_t value) {
    if (value < 0x80) return byte(static_cast<unsigned>(value));
    if (value <= 0xff) return big_endian(0xcc, static_cast<std::uint8_t>(value));
    if (value <= 0xffff) return big_endian(0xcd, static_cast<std::uint16_t>(value));
    if (value <= 0xffff'ffff) return big_endian(0xce, static_cast<std::uint32_t>(value));
    big_endian(0xcf, value);
  }

  void signed_integer(std::int64_t value) {
    if (value >= 0) return unsigned_integer(static_cast<std::uint64_t>(value));
    const auto bits = static_cast<std::uint64_t>(value);
    if (value >= -0x20) return byte(static_cast<unsigned>(bits & 0xffU));
    if (value >= std::numeric_limits<std::int8_t>::min()) {
      return big_endian(0xd0, static_cast<std::uint8_t>(bits));
    }
    if (value >= std::numeric_limits<std::int16_t>::min()) {
      return big_endian(0xd1, static_cast<std::uint16_t>(bits));
    }
    if (value >= std::numeric_limits<std::int32_t>::min()) {
      return big_endian(0xd2, static_cast<std::uint32_t>(bits));
    }
    big_endian(0xd3, bits);
  }

  void length(std::size_t size, const Forms& forms) {
    if (size < forms.short_limit) return byte(static_cast<unsigned>(forms.short_form | size));
    if (size <= 0xff && forms.bits8 != 0) return big_endian(forms.bits8, static_cast<std::uint8_t>(size));
    if (size <= 0xffff) return big_endian(forms.bits16, static_cast<std::uint16_t>(size));
    big_endian(forms.bits32, static_cast<std::uint32_t>(size));
  }

  void text(std::string_view value) {
    length(value.size(), {0xa0, 32, 0xd9, 0xda, 0xdb});
    out_->insert(out_->end(), value.begin(), value.end());
  }

  void object(const json::value& value) {
    if (const auto* bytes = socketio::attachment_of(value, *attachments_)) {
      length(bytes->size(), {0, 0, 0xc4, 0xc5, 0xc6});
      out_->insert(out_->end(), bytes->begin(), bytes->end());
      return;
    }
    length(value.get_object().size(), {0x80, 16, 0, 0xde, 0xdf});
    for (const auto& [name, member] : value.get_object()) {
      text(name);
      this->value(member);
    }
  }

  core::ByteVector* out_;
  const std::vector<core::ByteVector>* attachments_;
};

}  // namespace

core::Result<PackedValue> from_msgpack(core::ByteView bytes) {
  try {
    Reader reader(bytes);
    auto value = reader.value(1);
    if (!reader.at_end()) return core::failure(ClusterError::bad_message, "bytes behind the value");
    return PackedValue{std::move(value), std::move(reader.attachments)};
  } catch (const Reader::Malformed& malformed) {
    return core::failure(ClusterError::bad_message, malformed.what);
  }
}

core::ByteVector to_msgpack(const core::json::value& value,
                            const std::vector<core::ByteVector>& attachments) {
  core::ByteVector out;
  Writer(out, attachments).value(value);
  return out;
}

}  // namespace pantheon::cluster
