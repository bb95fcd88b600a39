#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "engine/model.hpp"

namespace pantheon::engine {

/// A model's name as others may see it: llama-server calls models by the path of their file, which is
/// nobody's business; what is left is the file's name without `.gguf`. Other names stay as they are.
std::string public_name(std::string_view engine_name);

/// Gives every model an id that is unique in the list: its public name, or `name@engine` when an engine
/// further up has taken that name. Models whose id is still taken are removed.
void assign_ids(std::vector<Model>& models);

}  // namespace pantheon::engine
