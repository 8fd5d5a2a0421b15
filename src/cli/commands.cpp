#include "cli/command.hpp"

namespace codemate::cli {

// Each command's own file says how it is made.
std::unique_ptr<Command> make_benchmark();
std::unique_ptr<Command> make_check();
std::unique_ptr<Command> make_completion();
std::unique_ptr<Command> make_docs();
std::unique_ptr<Command> make_doctor();
std::unique_ptr<Command> make_du();
std::unique_ptr<Command> make_embeddings();
std::unique_ptr<Command> make_export();
std::unique_ptr<Command> make_init();
std::unique_ptr<Command> make_list();
std::unique_ptr<Command> make_lock();
std::unique_ptr<Command> make_outdated();
std::unique_ptr<Command> make_pull();
std::unique_ptr<Command> make_prune();
std::unique_ptr<Command> make_refs();
std::unique_ptr<Command> make_release();
std::unique_ptr<Command> make_rm();
std::unique_ptr<Command> make_rollback();
std::unique_ptr<Command> make_show();
std::unique_ptr<Command> make_use();
std::unique_ptr<Command> make_update();
std::unique_ptr<Command> make_verify();

const std::vector<CommandInfo>& commands() {
    static const std::vector<CommandInfo> table{
        {"pull",
         Group::everyday,
         "make models present on the server",
         "Makes the server fetch each model that the targets mean. A target is a group (default, all-free, …), a role "
         "(primary, fallback, embedding, …), a declared model, any other model name, or "
         "http://host:port/owner/model:tag for a registry without TLS. Without a target it is the required set: the "
         "group default, or else every model that has a role. A model that fails does not stop the others. What was "
         "fetched stays on the server, so an interrupted pull goes on where it was; what a killed run left half done "
         "is finished or undone first.\n\n"
         "Where there is a codemate.lock, a model is made present at its locked digest: it is there already, is "
         "copied from another name that has the content, or is pulled if its tag still serves that. A declared model "
         "without an entry in the lock gets one. NAME@sha256:… (12 to 64 digits) installs any content that lock, "
         "journal or registry still know. What is replaced is kept as a snapshot.\n\n"
         "If the tag serves something else, the locked content is installed layer by layer, from wherever each is "
         "still to be had: registries keep the layers of tags that have moved, and a mirror may have them. codemate "
         "serves them to the server itself for the length of the pull. That wants a yes, or --locked: a lock is a "
         "file that anyone may send. A layer that is to be had nowhere is named, and nothing is changed (status "
         "5).\n\n"
         "--from WHERE takes everything from one place, with names and digests as locked: a registry at a path, a "
         "directory that codemate export wrote, another models directory. The server is handed the layers by codemate "
         "then, and what nothing pins is refused (status 3): whoever can write there could say what a name means.\n\n"
         "With --direct no server is asked: codemate downloads into the models directory (--models-dir, else "
         "OLLAMA_MODELS, else ~/.ollama/models), as for a container image, checks each byte on the way, and goes on "
         "where it was after any kind of end. A directory that a running server uses is refused (status 7). --from "
         "and --direct go together.",
         {"codemate pull  # what this project's codemate.json requires",
          "codemate pull default  # the required set, also without a codemate.json",
          "codemate pull primary llama3:8b  # a role, and a model by its name",
          "codemate pull --dry-run all-free  # only say what would be done",
          "codemate pull --locked  # exactly what codemate.lock says; writes nothing",
          "codemate pull mistral@sha256:6577803aa9a0  # that content, whatever the tag serves",
          "codemate pull --from /media/usb/models  # what was exported there, and nothing from elsewhere",
          "codemate pull --from https://registry.corp/models default  # from a registry of one's own",
          "codemate pull --direct --models-dir ./models default  # without a server, as in a container image"},
         make_pull},
        {"list",
         Group::everyday,
         "show the installed models",
         "Lists what is installed on the server, with the roles that the manifest gives it and whether it is "
         "protected. FILTER is a "
         "beginning of the name, or a pattern with * and ?; letter case does not matter. --unused leaves what nothing "
         "keeps: by the same rules as prune, so also by what is loaded and by what other projects on this machine "
         "required lately; old snapshots are shown. Of these prune removes only what would come back.",
         {"codemate list  # everything that is installed", "codemate list qwen  # names that begin with qwen",
          "codemate list --sort size  # the largest first", "codemate list --available  # declared, but not installed",
          "codemate list --unused  # what prune could remove"},
         make_list},
        {"show",
         Group::everyday,
         "show all that is known of one model",
         "Says of one model what server, manifest, lock and registry know of it: digest and size, the context that is "
         "declared, supported and served, roles, groups and the patterns that protect it, whether it is at its locked "
         "digest and whether its tag has moved, its layers and who shares them, whether it is loaded, and why it is "
         "kept. The memory is an estimate by the header of its weights: these, and two bytes for each number of a "
         "cache of that many tokens; without --context for the context that is declared, or served, or 4096. What the "
         "models directory or a registry would have to tell, and does not, is not known; that is no failure. NAME is a "
         "role, or a model that is installed, declared or locked; any other is status 5.",
         {"codemate show primary  # the model that has a role", "codemate show llama3:8b  # any model by its name",
          "codemate show --context 32768 primary  # would it fit with a larger context?"},
         make_show},
        {"du",
         Group::everyday,
         "show where the space goes that models take",
         "Says of each model what it takes of the disk, what of that comes free if only this model goes, and what "
         "others use too; then what is no model's: blobs that nothing refers to, unfinished downloads, temporary "
         "files, "
         "what is not the server's, snapshots of codemate's own, and what is free on the file system. The figures are "
         "blocks, not lengths, and add up to what the disk says. Where the server's models directory cannot be read "
         "from here, there are only the sizes that the server lists, in which layers that models share count for each: "
         "then what comes free is at most that. FILTER is a beginning of the name, or a pattern with * and ?; then "
         "only these models are shown, and what comes free without all of them.",
         {"codemate du  # the largest models first", "codemate du mistral  # what goes without these",
          "codemate du --models-dir /mnt/models  # where it cannot be found",
          "codemate du --json  # every unfinished download, in bytes"},
         make_du},
        {"export",
         Group::everyday,
         "write models into a directory, or push them to a registry",
         "Makes models travel: into a directory that another machine reads with `codemate pull --from DIR`, or to a "
         "registry of one's own. A model goes out as codemate.lock pins it, without an entry there as it is installed, "
         "else as its tag serves it; NAME@sha256:… (12 to 64 digits) is that content, whatever the lock says. Layers "
         "are read from the server's models directory where that is here, or named with --models-dir, or, without a "
         "server, with OLLAMA_MODELS; else fetched from the model's registry; each is hashed on the way. The directory "
         "is an "
         "OCI image layout: index.json, manifests and layers by their digests, what models share once, and a "
         "codemate.lock with their pins. Layers that are there are left alone, once they are known to be good. An "
         "export that is cut off is gone on with by the next one; what is not whole never has a final name. With "
         "--to the registry gets each model as /owner/model:tag below the address's path; layers that it has are not "
         "sent, uploads go in parts and are resumed where it allows that. It is asked without TLS where the address "
         "is written with http://; `docker login` stores credentials for it. Manifests keep their bytes, and so "
         "their digests, but for one thing: what `ollama create` made on this machine names paths of it, and these "
         "are left out. A layer that is to be had nowhere is named (status 5), and the other models go all the same.",
         {"codemate export models  # the required set, into the directory models",
          "codemate export mistral /media/usb/models  # one model, by its name",
          "codemate export default --to https://registry.corp/models  # to a registry, below a path",
          "codemate export --to http://localhost:5000 --dry-run  # what would be sent"},
         make_export},
        {"prune",
         Group::everyday,
         "remove the models that nothing keeps",
         "Says which models it would remove, why, how much comes free given what stays, and how each comes back; then "
         "asks. Kept are the models that the manifest requires or declares, what it or --keep protects, what other "
         "projects on this machine required of this server in the last 90 days, what is loaded, cloud models, "
         "snapshots younger than 14 days, names that the server would take for another model's, and what would not "
         "come back: made locally, or gone from its registry; that goes only if it is named. --optional offers "
         "declared models that are not required, too. The age of --older-than is the time since the pull, or since "
         "the weights were last read where the models directory can be looked at. --to-free removes the oldest first "
         "and no more than it takes; where all of it is not enough, that is status 1. --leftovers removes what is no "
         "model's, by the server's own rules: nothing while a file in blobs/ is younger than an hour, no orphaned blob "
         "while a manifest is damaged; alone it leaves the models alone. Before each model goes it is looked at again. "
         "Without a codemate.json, or with one that requires nothing, it refuses (status 7); of several --manifest all "
         "are kept.",
         {"codemate prune --dry-run  # what would go, what stays, and why",
          "codemate prune --older-than 30d  # only what nobody needed lately",
          "codemate prune --to-free 20GB --yes  # for a nightly job",
          "codemate prune --leftovers  # what broken downloads have left",
          "codemate prune 'nomic*'  # of these what nothing keeps"},
         make_prune},
        {"rm",
         Group::everyday,
         "remove models by their names",
         "Removes the named models with the guards of prune: what is loaded stays, and what the manifest requires or "
         "protects, or another project on this machine required lately, needs --force and, on a terminal, its name "
         "typed. How each comes back is told, and that it does not, where no registry has its layers.",
         {"codemate rm nomic-embed-text  # says what comes free, and asks",
          "codemate rm --force mistral:latest  # although codemate.json requires it"},
         make_rm},
        {"verify",
         Group::everyday,
         "check that required, locked and installed models agree",
         "Checks that the required set is installed, that every locked model that is installed is at its digest, that "
         "what the manifest expects of a model holds (size, quantization, context, licence, GPU), and that the server "
         "is new enough. Three figures of context are told apart: what the manifest declares, what the model supports, "
         "and what the server serves it with while it is loaded. Where the server's models directory is on this "
         "machine "
         "(--models-dir, OLLAMA_MODELS, the usual places, what the server tells; proven by the digests and times that "
         "it lists) the files are looked at, too: manifests, missing layers, sizes. --deep reads and hashes each blob "
         "once, for a server trusts every file that has the right name, and so does a pull; what was found good and "
         "has not changed since is remembered for 30 days. "
         "--repair plans first, asks, then fetches each bad blob by its digest from the places that have it, and puts "
         "it in "
         "place of the bad one; no tag is pulled, so no version changes. A damaged manifest is rebuilt from the lock "
         "or "
         "the journal. What no place has stays as it is. Where the files are out of reach only the server can tell of "
         "damage: what it cannot show, and what it says it lacks; what it showed before it remembers until it is "
         "started anew. Missing layers it fetches. A damaged model, and each one that shares a layer with it, has to "
         "be removed and brought back at its digest, which cannot be undone: it is refused with status 7 unless the "
         "manifest and all layers of each of them are to be had and none is loaded. A run that is cut off in between "
         "is finished by the next codemate verify --repair. "
         "A locked model that is not required may be absent, and a required one without a pin is no problem: both are "
         "notes. Status 3 if there is a problem, 6 if something could not be read, 7 if a repair needs --yes or is "
         "refused.",
         {"codemate verify  # the required set, and what is locked", "codemate verify primary  # one role's model",
          "codemate verify --deep  # read and hash the content as well",
          "codemate verify --repair  # heal what is damaged, and nothing else",
          "codemate verify --deep --rehash all  # all that is installed, whatever is remembered",
          "codemate verify --wait 60s --timeout 5m  # as a health check: the server may be starting still",
          "codemate verify --json  # all that is known, for scripts"},
         make_verify},
        {"outdated",
         Group::everyday,
         "show which tags have moved at their registry",
         "Asks the registry what each tag serves now, and compares it with the lock, or with what is installed where "
         "the lock says nothing. What has changed is told layer by layer, with quantization, parameters and size "
         "before and after, and how many bytes an update would fetch; -v adds the changed texts. The same layers under "
         "another digest are the same content. A model that no registry has, such as a local creation, has no upstream "
         "and is never outdated. Nothing is downloaded or changed.",
         {"codemate outdated  # everything that is installed", "codemate outdated -v mistral  # what changed, in full",
          "codemate outdated --check default  # for a nightly job: status 3 if a tag has moved"},
         make_outdated},
        {"update",
         Group::everyday,
         "give models what their tags serve now, once it has proven itself",
         "Looks up what the tags serve now, says layer by layer what would change, and asks. The new content comes to "
         "the server under a name of codemate's own and has to pass there: its files have their digests (where they "
         "are in reach) and hold what the manifest expects, it answers a prompt, an embedding model still gives the "
         "vectors that the lock remembers, each command of --validate ends with 0, and it is not slower than in the "
         "last benchmark, if there was one, beyond noise and by more than --gate. Only then it gets the model's name, "
         "the lock its digest, and what was replaced stays as a snapshot for 14 days, which `codemate rollback` puts "
         "back. Whatever fails before leaves the old content under its name; where codemate is killed in the middle, "
         "its next run puts it back. A command of --validate finds the candidate's name in CODEMATE_MODEL, the "
         "model's own in CODEMATE_PRODUCTION_MODEL, both digests in CODEMATE_DIGEST and CODEMATE_DIGEST_BEFORE, and "
         "the server in OLLAMA_HOST. A registry that only the server gets to is asked by it: then the new content "
         "stands under the model's name for a moment, which is said.",
         {"codemate update  # the required set", "codemate update --dry-run  # what would change?",
          "codemate update --yes --validate 'pytest tests/ -v' primary  # with the project's own tests",
          "codemate update --accept-new-vectors embedding  # the store of vectors will be built anew"},
         make_update},
        {"rollback",
         Group::everyday,
         "give a model the content that it had before",
         "Puts back what an update, or a pull of a pinned content, has replaced: from its snapshot, from another name "
         "that has it, or, where both are gone, layer by layer from wherever they are to be had, by what the journal "
         "of pulls remembers. The lock's entry goes back, too. NAME@sha256:… asks for a content of the past by 12 to "
         "64 digits of its digest, as a former codemate.lock has it. What it replaces stays as a snapshot: rolling "
         "back twice is no change.",
         {"codemate rollback mistral  # to what it was before its last update",
          "codemate rollback mistral@sha256:f974a74358d6  # to that content"},
         make_rollback},
        {"benchmark",
         Group::everyday,
         "measure how fast models are",
         "Loads each model from the disk and asks it once, then lets it write some answers more, each to another "
         "prompt, so that the server's prompt cache cannot flatter; also called bench. Without a target it is the "
         "required set. Seed, temperature and context are fixed; the prompt's length is calibrated in tokens. Told "
         "are the time until the first token by our own clock, and by the server's counts and durations how many "
         "tokens of a prompt it reads and how many of an answer it writes in a second: medians, the interval that "
         "holds them with 95 % confidence, and percentiles where there are enough runs. A run that does not count (no "
         "final object, missing figures, an answer that is too short, the model loaded again by somebody else's doing) "
         "is told and done again with another prompt, never averaged in. Each measurement is remembered in the state "
         "directory. --baseline compares with an earlier one by a rank test; one from other hardware is not "
         "comparable. --against measures another server in turn with this one, run by run, which tells what an upgrade "
         "changed without a baseline; both have the model in memory then. --gate ends with 3 where a token takes "
         "longer than that share beyond noise, or where a promise of the manifest (promise, expect.gpu) is broken, and "
         "with 2 where there is no verdict: no baseline, one "
         "that is not comparable, fewer than 5 runs a side. --concurrency measures the model under load afterwards, "
         "one "
         "level after the other: so many threads, each with its own connection, send requests until --runs for each of "
         "them have counted, after one each to warm up. Told are the tokens of all answers that count a second of wall "
         "time, first token and duration of a request, how much later its first byte came than without others "
         "(queueing), and how often the server was full (503); such a request waits and is sent again. An embedding "
         "model is measured by how fast it reads prompts, and its gate by that. --prompt takes one's own text in place "
         "of made-up words; so that no cache can flatter, a short line that varies is put before it. It is compared "
         "with measurements of the same text alone. Models are left as they were found, loaded or not. Where any is "
         "loaded it asks first. What the manifest and the codemate.releases.json beside it state of a model is "
         "shown, too, as stated, not measured. --format markdown writes a table for a document or a pull request, "
         "--format benchstat the benchmark format of Go, for benchstat; both also of --history. --html writes one page "
         "with charts: the runs, how they became so over time, what it was measured on.",
         {"codemate benchmark --dry-run  # what would be measured, and how long it may take",
          "codemate benchmark primary  # one role's model",
          "codemate bench --runs 20 llama3:8b  # more runs, a narrower interval",
          "codemate benchmark --concurrency 1,2,4,8 primary  # how much more it does with several requests at once",
          "codemate benchmark --prompt question.txt --num-ctx 8192 primary  # a prompt of one's own",
          "codemate benchmark --save bench.json  # to be committed as a baseline",
          "codemate benchmark --baseline bench.json --gate=5% --yes  # for CI: status 3 if it became slower",
          "codemate benchmark --against http://localhost:11435 --gate  # an old and a new server, A B A B",
          "codemate benchmark --history mistral  # what was measured before",
          "codemate benchmark --runs 10 --format benchstat > new.txt  # then: benchstat old.txt new.txt",
          "codemate benchmark --html speed.html  # a page with charts"},
         make_benchmark,
         1,
         "bench"},
        {"doctor",
         Group::everyday,
         "say what is wrong with server, machine and project",
         "Looks at what models depend on, a line a check: what was found, and for what is not as it should be why it "
         "matters and what to do. Of the server: whether it answers, starts, or refuses (by the host name, "
         "credentials, "
         "a proxy), its version and clock; of its models directory, where it is in reach: whose it is, cleanup that is "
         "switched off, damage, broken downloads, leftovers, snapshots, free space; of the machine: memory, GPUs and "
         "swap beside the models; variables OLLAMA_… that Ollama does not read, or reads otherwise than they are "
         "meant, "
         "in the environment, compose files, .env and the systemd unit; of the project: manifest and lock, what is "
         "required, the names in its files, the embedding model beside its store; and the shell's completion. Nothing "
         "is changed and no model is loaded. Each look has a limit, a few seconds in all, and where one fails the "
         "others go on: \"skipped\" says why. A problem is status 3, a server that cannot be reached included; notes "
         "are status 0. -q shows problems only. What each check means: docs/doctor.md.",
         {"codemate doctor  # what is wrong here?", "codemate doctor -q  # problems only, for scripts",
          "codemate doctor --host https://models.example.com  # why does that server refuse?",
          "codemate doctor --models-dir /mnt/models  # where the directory cannot be found",
          "codemate doctor --json  # with an id for each problem"},
         make_doctor},
        {"init",
         Group::project,
         "write a codemate.json",
         "Writes a codemate.json that declares every installed model in the group default; where nothing is installed, "
         "the built-in set. Cloud models and names of codemate's own are left out. Where there is a codemate.json "
         "already, the models that it lacks are added, and nothing else in it changes, comments included. --from takes "
         "the models from elsewhere: \"builtin\" (with the history of its releases, where there is none), or a file of "
         "the form of codemate-hub's config/ollama/models.json, "
         "whose start-up list becomes the group default and whose use cases become groups, roles and options.",
         {"codemate init  # what is installed becomes what the project needs",
          "codemate init --from builtin  # the built-in set, to be changed",
          "codemate init --from config/ollama/models.json  # an existing list",
          "codemate init --dry-run  # only print the file"},
         make_init},
        {"check",
         Group::project,
         "check the project's files: manifest, lock, document and model names",
         "Reads the manifest, its lock and the project's files, no server and no network: one line for CI. Mistakes of "
         "a file are status 2, "
         "as for every command. Problems are status 3: more context than a model is stated to support, a required set "
         "that is larger than the budget by the sizes that the lock knows, pins that the manifest contradicts. "
         "Warnings "
         "are status 0: required models whose tag moves and that are not locked, other quantizations than the policy "
         "prefers. A declared model without a pin is nothing to report. The files are searched as by `codemate refs`: "
         "a "
         "model's name that is misspelt, or an embedding model that contradicts the project's, is a problem; one that "
         "is not declared is a warning. In GitHub Actions each finding is an annotation at its line. Where there is "
         "a docs/MODEL_VERSIONS.md, what `codemate docs --check` finds in it are problems, too.",
         {"codemate check  # codemate.json and codemate.lock of this project",
          "codemate check --json  # the same for programs"},
         make_check},
        {"lock",
         Group::project,
         "pin the declared models in codemate.lock",
         "Writes into codemate.lock, beside codemate.json, which content each declared model has: the digest of what "
         "its "
         "tag serves at the registry, or of what is installed where no registry in reach has it. Nothing is "
         "downloaded. Models that are pinned already stay as they are, those that are no longer declared are dropped. "
         "--upgrade moves pins, of the targets or of all, to what their tags serve now, and says layer by layer what "
         "differs. What breaks an expectation of the manifest is not locked.",
         {"codemate lock  # pin what is not pinned yet", "codemate lock --upgrade --dry-run  # what has moved since?",
          "codemate lock --upgrade mistral  # accept what mistral's tag serves now"},
         make_lock},
        {"refs",
         Group::project,
         "find the model names in the project's files",
         "Finds every mention of a model in the text files of the project: those that git tracks or would add, without "
         "git all but what tools make; .codemateignore leaves out more. A name counts by its form, its key or its "
         "command, never by a line number. Of each it says whether the model is declared and locked, undeclared, or "
         "not installed on the server, if one answers. Two things are problems, with status 3: a name that is "
         "misspelt, and another embedding model than the one that the project's vectors are made with. Undeclared is "
         "only a warning: a document may speak of any model. NAME shows only these models; mistral is all its tags. "
         "--rewrite OLD NEW shows a diff, asks, and writes all files or none; other bytes, line ends and modes stay. "
         "codemate.json is left to `codemate use`.",
         {"codemate refs  # every mention, and what is wrong with it",
          "codemate refs mistral  # where this model is named",
          "codemate refs --rewrite mistral:7b mistral:7b-instruct  # show the changes, ask, write",
          "codemate refs --rewrite --dry-run llama3 llama3.1  # only show the changes"},
         make_refs},
        {"use",
         Group::project,
         "give a role another model",
         "Changes the model of a role in codemate.json, or adds the role. Only that line changes. Nothing is installed "
         "or removed. What follows from it is said: the groups and the required set, the budget by the lock, pins, "
         "what "
         "was measured and is promised, what the manifest expects and prefers, protection, and, of the role embedding, "
         "how the store of vectors is built anew.",
         {"codemate use primary qwen2.5-coder:7b  # change a role", "codemate use vision llava:7b  # add one",
          "codemate use --dry-run fallback mistral:7b  # only say what would change"},
         make_use},
        {"embeddings",
         Group::project,
         "check the embedding model against the vector store",
         "A store of vectors is worth what its model still agrees with, and nothing fails where it does not: answers "
         "only become wrong. Compares the model that has the role embedding with the store that the manifest declares "
         "(vector_store): Chroma's chroma.sqlite3 is read, and nothing is written in its directory; of any other "
         "store the declared dimension counts. Fixed sentences are embedded and their vectors compared with those that "
         "codemate.lock remembers: rounding passes, another model or quantization does not. The first time they are "
         "remembered, unless the store disagrees; changed ones are a problem (status 3) until --accept-new-vectors "
         "remembers them anew. Where the "
         "store has to be built anew the steps are printed, with their traps; none is ever run. The model is loaded "
         "for this, and unloaded again if it was not loaded before. Without a server, or with one that fails, the "
         "store is looked at all the same (status 4).",
         {"codemate embeddings  # does the model still fit the store?",
          "codemate embeddings --steps  # how to back up and rebuild it",
          "codemate embeddings --accept-new-vectors  # the store has been built anew",
          "codemate embeddings --locked --json  # for CI"},
         make_embeddings},
        {"release",
         Group::project,
         "record which models a release of the project has",
         "Records a release in codemate.releases.json: its date, the model of each role, the digest of each required "
         "and "
         "each other locked model with the manifest that names its layers, and what has changed since the last "
         "release, "
         "by digest: \"no model changes\" only where every digest is known on both sides. The version in codemate.json "
         "follows, a line comes below Changed in CHANGELOG.md, in the section of that version or of what is not "
         "released, "
         "and docs/MODEL_VERSIONS.md is brought up to date where it is there. A required model without a pin is status "
         "3. What is left is printed as exact commands: the commit, the tag, the push; none of them is run. --tag "
         "makes "
         "the annotated tag models-vX.Y.Z of the last commit, with the digests in its message, where that commit "
         "has "
         "the release as it is recorded; it needs git, and no network. Without a version the releases are listed; A..B "
         "compares two of them layer by layer, A.. one with what is locked now.",
         {"codemate release  # the history", "codemate release 0.5.0 --notes 'Faster coder'  # record one",
          "codemate release 0.5.0 --dry-run  # what would be recorded and written",
          "codemate release 0.5.0 --tag  # after the commit", "codemate release 0.4.0..0.5.0  # what has changed",
          "codemate release 0.4.0..  # since then, by what is locked now"},
         make_release},
        {"docs",
         Group::project,
         "write docs/MODEL_VERSIONS.md",
         "Writes the document on a project's models from codemate.json, codemate.lock and codemate.releases.json: what "
         "is "
         "in use and why, the history of releases, alternatives, how models are updated, digests, storage, speeds, "
         "troubleshooting. It is made of these files alone, and so is the same on every machine; what `codemate "
         "benchmark` "
         "measured on this one of declared models (of locked ones, of their locked content) is recorded in "
         "codemate.releases.json first. Each part stands between two lines, `<!-- codemate:begin NAME -->` and "
         "`<!-- codemate:end NAME -->`; all else in the file is kept byte for byte. Parts are overview, current, "
         "criteria, "
         "history, alternatives, procedure, checksums, storage, benchmarks, troubleshooting, references and questions; "
         "one whose lines are removed is left out. A file without such lines is left alone (status 7). --check writes "
         "nothing and ends with 3 where a part is not what the files say, where a placeholder stands for a digest, "
         "where a speed outside the parts says neither \"stated\" nor \"measured\", or where a link to a file or a "
         "heading is dead. A reference to a file that is not there is written as text.",
         {"codemate docs  # write it, or bring it up to date", "codemate docs --check  # for CI",
          "codemate docs --dry-run  # print it", "codemate --manifest builtin docs --dry-run  # of the built-in set"},
         make_docs},
        {"completion",
         Group::shell,
         "print what makes a shell complete codemate's lines",
         "Prints a script for bash, zsh or fish. With it Tab completes commands, options, their choices, files, and "
         "the "
         "names of groups, roles, declared and installed models, with the colon in name:tag. The script asks the "
         "program itself: `codemate __complete WORD…`, the last word being the one that is typed, writes \":words\", "
         "\":files\" or \":directories\" (what the shell adds) and then a line for each suggestion, word, tab, help. "
         "It takes codemate.json or the built-in set, and the server that the line or the environment names, which "
         "has 300 ms to answer (CODEMATE_COMPLETION_WAIT). What is wrong with either is no answer and never an error. "
         "An installed codemate brings the scripts to where the shells look for them.",
         {"source <(codemate completion bash)  # for this shell; in ~/.bashrc for all",
          "source <(codemate completion zsh)  # in ~/.zshrc, behind compinit",
          "codemate completion fish | source  # in ~/.config/fish/config.fish"},
         make_completion},
    };
    return table;
}

std::string_view heading(Group group) {
    switch (group) {
    case Group::everyday:
        break;
    case Group::project:
        return "Project commands";
    case Group::shell:
        return "For the shell";
    }
    return "Everyday commands";
}

} // namespace codemate::cli
