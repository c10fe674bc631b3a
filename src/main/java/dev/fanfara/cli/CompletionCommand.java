package dev.fanfara.cli;

import picocli.AutoComplete;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code fanfara completion}: what a shell needs to complete commands and options. */
@Command(
        name = "completion",
        mixinStandardHelpOptions = true,
        description = "Prints a script that makes a shell complete fanfara's commands and options.",
        footerHeading = "%nExamples:%n",
        footer = {
            "  alias fanfara='java -jar /opt/fanfara/fanfara.jar'",
            "  source <(fanfara completion bash)",
            "  source <(fanfara completion zsh)"
        })
@SuppressWarnings("NullAway.Init") // picocli fills the options in.
public final class CompletionCommand implements Runnable {
    @Spec
    private CommandSpec spec;

    /** The same script serves both: zsh runs it as bash would. */
    enum Shell {
        bash,
        zsh
    }

    @Parameters(paramLabel = "SHELL", description = "${COMPLETION-CANDIDATES}.")
    private Shell shell;

    @Override
    public void run() {
        Print.line(spec, AutoComplete.bash("fanfara", spec.root().commandLine()));
    }
}
