namespace OrderFlow.Tests.Rules.Orders;

/// <summary>How a write goes wrong: whoever waits for it gets an error, and something was stored or not.</summary>
internal enum WriteFault
{
    None,
    NotWritten,
    WrittenButNotConfirmed,
}
