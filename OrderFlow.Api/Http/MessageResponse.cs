namespace OrderFlow.Api.Http;

/// <summary>A sentence that says what was done.</summary>
/// <param name="Message">The sentence.</param>
internal sealed record MessageResponse(string Message);
