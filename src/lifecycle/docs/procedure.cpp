// What to do, in codemate's commands: the same for every project, but for what its manifest says.
#include "lifecycle/docs/writing.hpp"

#include "codemate/base/shell.hpp"
#include "codemate/base/text.hpp"
#include "codemate/rules/rebuild.hpp"

#include <algorithm>

namespace codemate::lifecycle::docs {
namespace {

bool has_vector_store(const Facts& facts) {
    return facts.manifest.vector_store || facts.manifest.roles.contains("embedding");
}

std::string first_role(const Facts& facts) {
    return facts.manifest.role_order.empty() ? "ROLE" : facts.manifest.role_order.front();
}

std::string validation_options(const Facts& facts) {
    std::string options;
    for (const std::string& each : facts.manifest.about.validation)
        options += " \\\n    --validate " + shell_word(prose(each));
    return options;
}

std::string validation_text(const Facts& facts) {
    std::string text = "\n### 4. Validate Changes\n\n";
    if (!facts.manifest.about.validation.empty()) {
        std::string commands;
        for (const std::string& each : facts.manifest.about.validation)
            commands += prose(each) + "\n";
        text +=
            "This project's own proofs of a model:\n\n" + shell(commands) +
            "\n`codemate update` runs them before the new model gets the name, and keeps the old one where one of them "
            "fails:\n\n";
    }
    const std::string role = first_role(facts);
    text += shell("codemate update " + role + validation_options(facts) +
                  "\n"
                  "codemate verify            # required, locked and installed agree\n"
                  "codemate benchmark --gate  # is it slower than before, beyond noise?\n");
    return text + "\nThe request that proves a model by hand, as `codemate update` sends one, too:\n\n" +
           shell("curl http://localhost:11434/api/generate -d '{\n"
                 "  \"model\": \"NAME\",\n"
                 "  \"prompt\": \"def hello_world():\",\n"
                 "  \"stream\": false\n"
                 "}'\n");
}

// The whole of it in command lines, with what may go wrong.
std::string rebuild_text(const Facts& facts) {
    const auto model = facts.manifest.embedding_model();
    const auto& store = facts.manifest.vector_store;
    if (!model || !store || store->chroma.empty()) return {};
    std::string commands;
    for (const rules::RebuildStep& step : rules::rebuild_with(facts.manifest, *model, rules::Seen::yes).steps) {
        commands += "# " + prose(step.text) + "\n";
        if (!step.command.empty()) commands += prose(step.command) + "\n";
    }
    return "\nThese are, for the store in the directory that `codemate.json` names:\n\n" + shell(commands) +
           "\nA copy that is made while a program has `chroma.sqlite3` open may be broken; and where the store is in a "
           "named volume of Docker" +
           (store->volume.empty() ? std::string() : " (" + code(store->volume) + ")") +
           ", the directory may be empty and its backup worthless, so see first what `codemate embeddings` says: it "
           "looks, and prints the commands for the volume.\n";
}

std::string embeddings_text(const Facts& facts) {
    const std::string heading = "\n### 3. Reinitialize Embeddings\n\n";
    if (!has_vector_store(facts))
        return heading + "This project declares no embedding model and no vector store: there is nothing to rebuild.\n";
    std::string store;
    const auto& declared = facts.manifest.vector_store;
    if (declared && !declared->chroma.empty()) store = " of " + code(declared->chroma);
    return heading +
           "Vectors of two embedding models cannot be compared. If the embedding model changes, the vector store" +
           store +
           " has to be built anew from its sources. codemate says what breaks, and prints the exact commands for a "
           "backup, for the removal and for the rebuild; it runs none of them:\n\n" +
           shell("codemate embeddings\n") + rebuild_text(facts);
}

std::string document_text() {
    std::string text = "\n### 5. Document Update\n\n";
    text += shell(
        "codemate release X.Y.Z --notes \"why\"   # records roles, digests and what has changed; CHANGELOG.md, "
        "too\n"
        "codemate docs                          # this document\n"
        "git add codemate.json codemate.lock codemate.releases.json CHANGELOG.md docs/MODEL_VERSIONS.md\n"
        "git add -u .                           # and the tracked files that `codemate refs --rewrite` has changed\n"
        "git commit -m \"Update model: <reason>\"\n");
    text += "\n`codemate release` prints these commands with the files that have really changed, and makes no tag "
            "before they are "
            "committed.\n";
    text += "\n### 6. Tag Model Configuration\n\n";
    text +=
        shell("codemate release X.Y.Z --tag   # git tag -a models-vX.Y.Z, with every model's digest in its message\n"
              "git push origin models-vX.Y.Z\n");
    text += "\n`git checkout models-vX.Y.Z && codemate pull --locked` brings the exact models of that release back, "
            "whatever their tags serve now.\n";
    return text;
}

// "mistral" means all variants; "mistral:7b" that one.
std::string pattern_text(const NamePattern& pattern) {
    const bool one = pattern.text().find(':') != std::string::npos;
    const bool owner = pattern.text().ends_with("/*");
    return code(pattern.text()) + (one ? "" : owner ? " (all models)" : " (all variants)");
}

std::string protected_text(const Facts& facts) {
    std::string text = "\n### Protected Models\n\n";
    if (facts.manifest.protect.empty()) {
        text += "No model is protected beyond what is declared.\n\n";
    } else {
        std::vector<std::string> lines;
        for (const NamePattern& pattern : facts.manifest.protect)
            lines.push_back(pattern_text(pattern));
        text += "Models that are **never pruned**:\n\n" + bullets(lines) +
                "\nThe names are compared as a whole: `mistral` would not cover `mistral-nemo`, `mistral-small` or "
                "`someone/mistral`.\n\n";
    }
    return text + "What is declared, required, loaded or needed by another project on the machine is kept, too. To "
                  "protect additional models, add a line to `codemate.json`:\n\n```json\n\"protected\": "
                  "[\"your-model-here\"]\n```\n";
}

} // namespace

std::string procedure_text(const Facts& facts) {
    const std::string role = first_role(facts);
    std::string text =
        "## Model Update Procedure\n\nWhen updating models between releases:\n\n### 1. Test New Model\n\n";
    text += shell("codemate pull NAME        # a candidate; what is not declared leaves no trace in codemate.lock\n"
                  "codemate list             # verify the download\n"
                  "codemate show NAME        # context, memory, licence, and why it is kept\n"
                  "ollama run NAME \"Write a Python hello world function\"\n"
                  "codemate benchmark NAME   # how fast it is here\n");
    text += "\nA newer content under the same tag: `codemate outdated` says layer by layer what has changed, `codemate "
            "update` tries it under another name first and keeps the old one where anything fails, and `codemate "
            "rollback` brings that back.\n";
    text += "\n### 2. Update Configuration\n\nThe list of models is in `codemate.json` and nowhere else:\n\n";
    text += shell("codemate use " + role + " NAME         # changes that role's line alone\n" +
                  (facts.manifest.roles.contains("embedding")
                       ? "codemate use embedding NAME       # where it embeds as well\n"
                       : "") +
                  "codemate refs                     # every mention of a model in the project's files\n"
                  "codemate refs --rewrite OLD NEW   # brings sources, scripts and documents along\n"
                  "codemate lock                     # pins the new model by its digest\n"
                  "codemate check                    # manifest, lock, mentions and this document agree\n");
    return text + embeddings_text(facts) + validation_text(facts) + document_text();
}

std::string storage_text(const Facts& facts) {
    std::string text = "## Model Storage\n\n### Default Storage Location\n\n";
    std::vector<std::string> places;
    for (const std::string& each : facts.manifest.about.storage)
        places.push_back(prose(each));
    if (places.empty()) {
        places = {"**On a machine:** `OLLAMA_MODELS`, else `~/.ollama/models`; as a service "
                  "`/usr/share/ollama/.ollama/models`",
                  "**In Ollama's container:** `/root/.ollama/models/`; only a volume there survives the container"};
    }
    text += bullets(places);
    text +=
        "\n`codemate verify` and `codemate du` find the directory, also where it is a volume of a container. Whatever "
        "removes it, `codemate pull --locked` brings the exact models back.\n";
    text += "\n### Disk Usage Management\n\n";
    text += shell(
        "codemate du                       # what each model takes, shared layers once, and what comes free with it\n"
        "codemate list                     # all models\n"
        "codemate prune --dry-run          # what nothing keeps\n"
        "codemate prune                    # removes it, after a question\n"
        "codemate prune --optional         # declared models that are not required, too\n"
        "codemate prune --to-free 5GB      # no more than it takes\n"
        "docker system df                  # what is not Ollama's\n");
    text += protected_text(facts);
    return text;
}

std::string troubleshooting_text(const Facts& facts) {
    std::string text = "## Troubleshooting\n\n### Model Not Found\n\n";
    text += shell("codemate pull NAME     # says whether the tag exists, and names the nearest ones where it does not\n"
                  "codemate pull          # everything that is required\n"
                  "codemate verify        # what is missing, or another one than it should be\n");
    text +=
        "\n### Embedding Model Mismatch\n\nThe model that a program names for its embeddings is not there, or another "
        "one than the vectors were made with.\n\n";
    text +=
        shell(std::string("codemate refs          # which models the sources really name, and where\n") +
              (facts.manifest.roles.contains("embedding") ? "codemate pull embedding\n" : "codemate pull NAME\n") +
              "codemate embeddings    # whether the vector store fits the model, and the steps where it does not\n");
    text += "\n### Out of Disk Space\n\n";
    text += shell("codemate du                               # where the space goes\n"
                  "codemate list --unused                    # what nothing keeps\n"
                  "codemate prune --dry-run --to-free 5GB    # what would go, and how it comes back\n"
                  "codemate prune                            # removes it, after a question\n"
                  "codemate rm NAME                          # one model, with the same guards\n"
                  "docker system df                          # what is not Ollama's\n");
    text += "\n### Slow Inference\n\n";
    text += shell("codemate benchmark       # figures, and what would make it faster\n"
                  "codemate show NAME       # whether it fits the memory, and how much of it is on the GPU\n"
                  "docker stats             # what else uses CPU and memory\n");
    text += "\nConsider:\n\n";
    text +=
        "1. Use a smaller model: `codemate list --available` says of each whether it fits this machine.\n"
        "2. Enable GPU support: `codemate benchmark` says where a model runs on the CPU though there is a GPU.\n"
        "3. Set `num_thread` in a Modelfile (`PARAMETER num_thread 8`) or in the request's options. The environment "
        "variable `OLLAMA_NUM_THREAD` does nothing: Ollama does not read it.\n"
        "4. Close other applications to free memory: `codemate show NAME` says how much the model wants.\n";
    return text;
}

} // namespace codemate::lifecycle::docs
