import { Body, Controller, Delete, Get, HttpCode, Post, Query, UseGuards } from '@nestjs/common';
import { ApiParam, ApiTags } from '@nestjs/swagger';
import { Operation } from '../kernel/http/operation';
import { OwnedResource } from '../kernel/security/owned-resource';
import { Needs } from '../kernel/security/permissions';
import { CurrentPrincipal, type Principal } from '../kernel/security/principal';
import { InvitationGuard } from './invitation.guard';
import { InvitationPage, InvitationView, Invite, ListInvitations } from './invitations.dto';
import { InvitationsService } from './invitations.service';
import { InvitingService } from './inviting.service';

const Id = ApiParam({ name: 'id', format: 'uuid', description: 'Id of the invitation.' });

@ApiTags('Invitations')
@Controller('tenant/invitations')
export class InvitationsController {
  constructor(
    private readonly invitations: InvitationsService,
    private readonly inviting: InvitingService,
  ) {}

  @Get()
  @Needs('invitation.read')
  @Operation({
    summary: 'List whom the tenant has invited, the newest first',
    ok: InvitationPage,
    problems: ['request.invalid', 'cursor.invalid'],
  })
  list(
    @CurrentPrincipal() who: Principal,
    @Query() query: ListInvitations,
  ): Promise<InvitationPage> {
    return this.invitations.list(who, query);
  }

  @Post()
  @Needs('invitation.send')
  @Operation({
    summary: 'Invite somebody by mail',
    description:
      'The link in the mail works for seven days. The answer is the same whether the address has an account or not. While an invitation to the address is open, `invitation.exists` tells its id: send it again with POST /tenant/invitations/{id}/resend.',
    ok: InvitationView,
    status: 201,
    problems: [
      'member.owner_required',
      'tenancy.solo',
      'invitation.exists',
      'invitation.already_member',
      'invitation.too_many',
      'rate.limited',
    ],
  })
  invite(@CurrentPrincipal() who: Principal, @Body() body: Invite): Promise<InvitationView> {
    return this.inviting.invite(who, body);
  }

  @Post(':id/resend')
  @HttpCode(200)
  @Needs('invitation.send')
  @UseGuards(InvitationGuard)
  @Id
  @Operation({
    summary: 'Send an invitation again, with a new link and seven more days',
    description:
      'The link of the earlier mail is dead at once. You become who invites. Also for an expired invitation.',
    ok: InvitationView,
    problems: [
      'member.owner_required',
      'invitation.not_found',
      'tenancy.solo',
      'invitation.closed',
      'invitation.already_member',
      'invitation.too_many',
      'rate.limited',
    ],
  })
  resend(
    @CurrentPrincipal() who: Principal,
    @OwnedResource() { id }: InvitationView,
  ): Promise<InvitationView> {
    return this.inviting.resend(who, id);
  }

  @Delete(':id')
  @HttpCode(204)
  @Needs('invitation.revoke')
  @UseGuards(InvitationGuard)
  @Id
  @Operation({
    summary: 'Take an invitation back; its link is dead at once',
    problems: ['member.owner_required', 'invitation.not_found', 'invitation.closed'],
  })
  revoke(
    @CurrentPrincipal() who: Principal,
    @OwnedResource() { id }: InvitationView,
  ): Promise<void> {
    return this.inviting.revoke(who, id);
  }
}
